"""An awaitable's first step: what is there already costs no coroutine, no timer and no turn of the loop.

Not compiled: a compiled function that catches StopIteration writes down first where it came from, which costs more than
all the rest of this.
"""

from __future__ import annotations

from collections.abc import Awaitable, Generator, Iterator
from typing import Any

from starlette.types import Message


class Begun:
    """A message that is not there yet, its first step taken; await it for the rest."""

    __slots__ = ("_steps", "_waits_for")

    def __init__(self, steps: Iterator[Any], waits_for: Any) -> None:
        self._steps = steps
        self._waits_for = waits_for

    def __await__(self) -> Generator[Any, Any, Message]:
        """Goes on where the first step stopped; a cancellation, too, reaches what is awaited.

        As `yield from` does (PEP 380): `__await__` may give any iterator, and only a coroutine's has `send` and `throw`.
        """
        steps: Any = self._steps
        waits_for = self._waits_for
        while True:
            try:
                try:
                    answer = yield waits_for
                except BaseException as error:
                    throw = getattr(steps, "throw", None)
                    if throw is None:
                        raise
                    waits_for = throw(error)
                else:
                    waits_for = next(steps) if answer is None else steps.send(answer)
            except StopIteration as arrived:
                message: Message = arrived.value
                return message


def begin(awaited: Awaitable[Message]) -> Message | Begun:
    """The message where it is there already, else what goes on waiting for it. Needs a loop that lets a task wait so: asyncio's."""
    steps: Iterator[Any] = awaited.__await__()
    try:
        return Begun(steps, next(steps))
    except StopIteration as arrived:
        message: Message = arrived.value
        return message
