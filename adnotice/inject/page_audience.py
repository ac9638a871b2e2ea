"""Who asked for a page: a reader who is about to see it, or something else; read from the request's headers."""

from __future__ import annotations

from typing import Any, Final

from adnotice.agents import is_bot, name_program
from adnotice.http.purpose import is_ahead, is_declined
from adnotice.inject.memo.sizes import USUAL, remember
from adnotice.vocabulary import Program

MAX_AGENT_BYTES: Final = 512
"""Longer ones are read each time, not remembered."""


class PageAudience:
    """Reads page requests' headers; remembers which User-Agents are programs'."""

    __slots__ = ("_most", "_programs")

    def __init__(self, most: int = USUAL.agents) -> None:
        self._most = most
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

    def _read(  # noqa: C901 - asked of every header of every page: names are told apart by their length first
        self, headers: list[tuple[bytes, ...]]
    ) -> tuple[bool, bool]:
        seen, declined = True, False
        passed_on = navigates = False
        for pair in headers:
            name = pair[0]
            length = len(name)  # tells most headers apart, and costs less than looking their names up
            if length == 10:
                if name == b"user-agent":
                    seen = seen and not self._is_program(pair[1])
                elif name == b"hx-request":
                    seen = seen and pair[1].lower() != b"true"
            elif length == 14:
                if name == b"sec-fetch-dest":
                    passed_on = pair[1] == b"empty"
                    seen = seen and (passed_on or pair[1] == b"document")
                elif name == b"sec-fetch-mode":
                    navigates = pair[1] == b"navigate"
            elif length == 16:
                if name == b"x-requested-with":
                    seen = seen and pair[1].lower() != b"xmlhttprequest"
            elif length == 7 or length == 3:
                if name == b"sec-gpc" or name == b"dnt":
                    declined = declined or is_declined(pair[1])
                elif name == b"purpose":
                    seen = seen and not is_ahead(pair[1])
            elif (length == 11 or length == 9 or length == 5) and (
                name == b"sec-purpose" or name == b"x-purpose" or name == b"x-moz"
            ):
                seen = seen and not is_ahead(pair[1])
        # A service worker that passes a navigation on fetches it with no destination; a script's own fetch navigates never.
        return seen and (navigates or not passed_on), declined

    def program(self, headers: Any) -> Program | None:
        """What program asks, where one does that says so. For pages that no reader sees, which are few."""
        for pair in headers:
            if pair[0] == b"user-agent":
                return name_program(pair[1][:MAX_AGENT_BYTES].decode("latin-1"))
        return None

    def _is_program(self, agent: bytes) -> bool:
        known = self._programs.get(agent)
        if known is None:
            known = is_bot(agent.decode("latin-1"))
            if len(agent) <= MAX_AGENT_BYTES:
                remember(self._programs, agent, known, self._most)
        return known
