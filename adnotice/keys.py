"""One secret key, a derived key for each purpose, a list of secrets to rotate."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator, Sequence

from itsdangerous import TimestampSigner

MIN_SECRET_CHARACTERS = 32
CLOCK_TOLERANCE_SECONDS = 120
"""How far the clocks of two servers that sign and verify may lie apart."""

REMEDY = "Make one with: adnotice new-secret"


def new_secret() -> str:
    """A strong secret key: 256 random bits, URL-safe."""
    return secrets.token_urlsafe(32)


class Keys:
    """Derives the keys for each purpose from the operator's secrets; the last secret signs, all verify."""

    def __init__(self, secret_key: str | Sequence[str]) -> None:
        self._secrets = (secret_key,) if isinstance(secret_key, str) else tuple(secret_key)

    def derive(self, purpose: str) -> list[bytes]:
        """One 32-byte key a secret, oldest first, for this purpose alone."""
        label = b"adnotice." + purpose.encode()
        return [hmac.digest(secret.encode(), label, "sha256") for secret in self._secrets]

    def signer(self, purpose: str) -> TimestampSigner:
        """A signer (HMAC-SHA-256) for this purpose, its keys derived once, here."""
        return TimestampSigner(
            self.derive(purpose), salt=purpose, sep=".", key_derivation="none", digest_method=hashlib.sha256
        )


def problems(secret_key: str | Sequence[str]) -> Iterator[str]:
    """Says what is wrong with the secret key or keys, each with its remedy."""
    given = [secret_key] if isinstance(secret_key, str) else list(secret_key)
    if not given:
        yield f"secret_key is required, got an empty list. {REMEDY}"
    for number, secret in enumerate(given, 1):
        name = "secret_key" if len(given) == 1 else f"secret_key number {number}"
        if len(secret) < MIN_SECRET_CHARACTERS:
            yield f"{name} must have at least {MIN_SECRET_CHARACTERS} characters, got {len(secret)}. {REMEDY}"
        elif len(set(secret)) < 10:
            yield f"{name} must be random, got one made of {len(set(secret))} different characters. {REMEDY}"
