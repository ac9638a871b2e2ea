"""Who looks at the figures, or changes something."""

from __future__ import annotations

import msgspec


class Account(msgspec.Struct, frozen=True):
    """Somebody who was let in: `name` is what the audit log keeps, `binding` what the tokens of forms are bound to."""

    name: str
    binding: str
    site: str = ""
    """The one site that a shared link shows; it shows nothing else, and changes nothing. Empty: all."""

    @property
    def shared(self) -> bool:
        """Whether they came by a shared link."""
        return bool(self.site)
