"""Where callers on an event loop wait for the writer's thread: one message to the loop for a whole group of them.

A slip can be awaited. Each has a deadline; one alarm a loop, armed only while somebody waits, looks after all of them.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any, Protocol

from adnotice.vocabulary import Counted, Unavailable

CommitFate = Counted | Unavailable
"""How it was counted, or why that can't be told."""


class Slip(Protocol):
    """What one caller waits for."""

    def done(self) -> bool:
        """Whether the caller has its answer, or has gone."""

    def __await__(self) -> Generator[Any, None, Counted]:
        """Waits for the answer; raises `Unavailable`."""


class Desk(Protocol):
    """The callers on one event loop."""

    loop: object

    def slip(self) -> Slip:
        """A new caller's slip. Called on the loop."""

    def tell(self, fates: Iterable[tuple[Any, CommitFate]]) -> None:
        """Answers callers, by their slips. Called from any thread."""


def too_late(deadline_seconds: float) -> Unavailable:
    """What a caller is told whose deadline has passed."""
    return Unavailable(f"no commit within {deadline_seconds:g} seconds")
