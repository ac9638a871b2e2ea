"""Who asked for a page: a reader who is about to see it, or something else; read from the request's headers."""

from __future__ import annotations

from typing import Any, Final

from adnotice.agents import is_bot

MAX_AGENTS: Final = 4096
MAX_AGENT_BYTES: Final = 512
"""Longer ones are read each time, not remembered."""

_PREFETCHES: Final = (b"prefetch", b"prerender", b"preview")
_PURPOSES: Final = frozenset((b"sec-purpose", b"purpose", b"x-purpose", b"x-moz"))
_SCRIPTS: Final = {b"x-requested-with": b"xmlhttprequest", b"hx-request": b"true"}
_READ: Final = frozenset((*_PURPOSES, *_SCRIPTS, b"user-agent", b"sec-fetch-dest", b"sec-gpc", b"dnt"))
_READ_LENGTHS: Final = sum(1 << length for length in {len(name) for name in _READ})
"""A bit for each length that occurs: most headers are told by theirs, which costs less than looking them up."""


class Askings:
    """Reads page requests' headers; remembers which User-Agents are programs'."""

    __slots__ = ("_programs",)

    def __init__(self) -> None:
        self._programs: dict[bytes, bool] = {}

    def read(self, headers: Any) -> tuple[bool, bool]:
        """Whether a reader sees the page (it is no prefetch, no frame, and not fetched by a script or a program; only
        such pages are counted), and whether it is asked for with Global Privacy Control or Do Not Track.

        Names are lower-case, as ASGI gives them; what is missing speaks for a reader.
        """
        try:
            return self._read(headers)
        except TypeError:  # compiled, that reads lists of tuples, as servers give them
            return self._read([(pair[0], pair[1]) for pair in headers])

    def _read(self, headers: list[tuple[bytes, ...]]) -> tuple[bool, bool]:
        seen, declined = True, False
        for pair in headers:
            name = pair[0]
            if _READ_LENGTHS >> len(name) & 1 and name in _READ:
                if name == b"user-agent":
                    seen = seen and not self._is_program(pair[1])
                elif name == b"sec-fetch-dest":
                    seen = seen and pair[1] == b"document"
                elif name in _PURPOSES:
                    seen = seen and not _is_foreseeing(pair[1])
                elif name in _SCRIPTS:
                    seen = seen and pair[1].lower() != _SCRIPTS[name]
                else:
                    declined = declined or pair[1].strip() == b"1"
        return seen, declined

    def _is_program(self, agent: bytes) -> bool:
        known = self._programs.get(agent)
        if known is None:
            known = is_bot(agent.decode("latin-1"))
            if len(self._programs) >= MAX_AGENTS:
                self._programs.clear()
            if len(agent) <= MAX_AGENT_BYTES:
                self._programs[agent] = known
        return known


def _is_foreseeing(purpose: bytes) -> bool:
    return any(word in purpose.lower() for word in _PREFETCHES)
