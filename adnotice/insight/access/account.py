"""Who looks at the figures, or changes something."""

from __future__ import annotations

import msgspec


class Account(msgspec.Struct, frozen=True):
    """Somebody who was let in: `name` is what the trail keeps, `binding` what the tokens of forms are bound to."""

    name: str
    binding: str
