"""A message that is held after the app's `send()` has returned: a copy, since the app may use its own again.

ASGI lets an app fill one buffer, or one message, again and again: what it sent is read while it waits, as servers do.
"""

from __future__ import annotations

from typing import Any

from starlette.types import Message


def copy_message(message: Message) -> dict[str, Any]:
    """The message as it is now, its body as bytes, its headers in a list of their own."""
    copy = dict(message)
    if "body" in copy:
        copy["body"] = bytes(copy["body"])
    if "headers" in copy:
        copy["headers"] = list(copy["headers"])
    return copy
