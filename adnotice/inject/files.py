"""Bodies that need a hand on their way: files that the app leaves to the server, and answers to HEAD."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

import anyio
from starlette.types import Message, Send

PIECE_BYTES: Final = 64 * 1024


async def send_file(send: Send, path: str, leave_to_server: Callable[[], Awaitable[None]]) -> None:
    """Sends a file's content as body messages, as a server does for `http.response.pathsend`.

    A file that can't be opened here is left to the server.
    """
    try:
        file = await anyio.open_file(path, "rb")
    except OSError:
        await leave_to_server()
        return
    async with file:
        more = True
        while more:
            piece = await file.read(PIECE_BYTES)
            more = len(piece) == PIECE_BYTES
            await send({"type": "http.response.body", "body": piece, "more_body": more})


async def send_without_body(send: Send, message: Message) -> None:
    """Passes a message of an answer to HEAD on: a server would announce the length of a body that it is given."""
    await send({**message, "body": b""} if message.get("body") else message)
