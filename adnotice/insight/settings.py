"""The settings of the insight room."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from adnotice.insight.access.passwords import BadHash, parse_hash


@dataclass(frozen=True, kw_only=True)
class InsightSettings:
    """Who may look at the figures."""

    dashboard_password_hash: str = ""
    """Made by `adnotice hash-password`; empty: no dashboard."""

    metrics_token: str = ""
    """The bearer token that metrics and the JSON API take; empty: they need a dashboard session."""

    def problems(self) -> Iterator[str]:
        """Says what is wrong with these settings, each with its remedy."""
        if self.dashboard_password_hash:
            try:
                parse_hash(self.dashboard_password_hash)
            except BadHash as error:
                yield (
                    f"dashboard_password_hash must be made by: adnotice hash-password. {error}. A shell takes $ for the "
                    "begin of a variable: put the hash into single quotes (in a compose file write $$ for each $)"
                )
        if self.metrics_token and len(self.metrics_token) < 16:
            yield (
                f"metrics_token must have at least 16 characters, got {len(self.metrics_token)}. "
                "Make one with: adnotice new-secret"
            )
        if not (self.metrics_token.isascii() and self.metrics_token.isprintable()) or " " in self.metrics_token:
            yield "metrics_token must be ASCII without blanks: it travels in a header. Make one with: adnotice new-secret"
