"""What is made when it is first asked for: whoever never asks pays neither for making it nor for what it imports."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from starlette.types import ASGIApp, Receive, Scope, Send

from adnotice.waiting import call_aside

T = TypeVar("T")


class Lazy(Generic[T]):
    """Made once in a process, whoever asks; in a thread where the caller is on an event loop, which goes on meanwhile.

    `make` imports what it takes. A failure is raised to who asked, and the next one tries again.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: T | None = None
        self._lock = Lock()

    async def get(self) -> T:
        """What was made."""
        return await call_aside(Lazy.get_here, self) if self._made is None else self._made

    def get_here(self) -> T:
        """The same, made by the calling thread itself."""
        with self._lock:
            if self._made is None:
                self._made = self._make()
            return self._made


class LazyApp(Lazy[ASGIApp]):
    """An ASGI app that is made when its first request comes."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        app = await self.get()
        await app(scope, receive, send)
