"""What the app awaits when it sends: nothing while its message is held, else the server's send, once or more often.

Coroutines, and not compiled with the rest: an app may make tasks of what its `send` returns, and asyncio takes no other
awaitables for that.
"""

from __future__ import annotations

from starlette.types import Message, Send

Messages = tuple[Message, ...]


async def nothing() -> None:
    """What the app awaits while its message is held."""


async def send_both(send: Send, first: Message, second: Message) -> None:
    """Sends two messages."""
    await send(first)
    await send(second)


async def send_all(send: Send, messages: Messages) -> None:
    """Sends messages one after the other."""
    for message in messages:
        await send(message)
