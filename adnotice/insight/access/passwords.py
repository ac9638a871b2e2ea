"""The dashboard's password: kept as a scrypt hash, checked in constant time."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import unicodedata
from typing import Final, NamedTuple

MIN_CHARACTERS: Final = 8
MAX_CHARACTERS: Final = 128

COST: Final = 2**14
BLOCK: Final = 8
LANES: Final = 5
"""N, r and p as in OWASP's Password Storage sheet: 16 MiB and about half a second of one core a check."""

MAX_MEMORY_BYTES: Final = 256 * 1024 * 1024
SALT_BYTES: Final = 16
HASH_BYTES: Final = 32


class BadHash(ValueError):
    """A text that is no scrypt hash of ours."""


class Hash(NamedTuple):
    """A parsed `scrypt$n$r$p$salt$hash`."""

    n: int
    r: int
    p: int
    salt: bytes
    digest: bytes


def hash_password(password: str, *, n: int = COST, r: int = BLOCK, p: int = LANES) -> str:
    """The password's hash as `scrypt$n$r$p$salt$hash`, salted afresh.

    Raises `ValueError` for fewer than 8 or more than 128 characters (OWASP ASVS 6.2).
    """
    if not MIN_CHARACTERS <= len(password) <= MAX_CHARACTERS:
        raise ValueError(
            f"the password must have {MIN_CHARACTERS} to {MAX_CHARACTERS} characters, got {len(password)}. "
            "Fifteen or more are a good choice"
        )
    salt = secrets.token_bytes(SALT_BYTES)
    digest = _derive(password, Hash(n, r, p, salt, b"\0" * HASH_BYTES))
    return "$".join(("scrypt", str(n), str(r), str(p), _encode(salt), _encode(digest)))


def check_password(password: str, hashed: str) -> bool:
    """Whether the password made this hash. Takes as long for a wrong one. Raises `BadHash` for no hash of ours."""
    parsed = parse_hash(hashed)
    if len(password) > MAX_CHARACTERS:
        return False
    return hmac.compare_digest(_derive(password, parsed), parsed.digest)


def parse_hash(hashed: str) -> Hash:
    """The parts of a hash. Raises `BadHash` when it has another form or asks for more than 256 MiB."""
    try:
        name, n, r, p, salt, digest = hashed.split("$")
        parsed = Hash(int(n), int(r), int(p), _decode(salt), _decode(digest))
    except (ValueError, binascii.Error):
        raise BadHash("a password hash has the form scrypt$n$r$p$salt$hash") from None
    power_of_two = parsed.n > 1 and parsed.n & (parsed.n - 1) == 0
    if name != "scrypt" or not power_of_two or min(parsed.r, parsed.p) < 1 or not parsed.salt or not parsed.digest:
        raise BadHash("a password hash has the form scrypt$n$r$p$salt$hash, n a power of two, r and p above 0")
    if _memory(parsed) > MAX_MEMORY_BYTES:
        raise BadHash(f"a password hash may ask for {MAX_MEMORY_BYTES >> 20} MiB at most")
    return parsed


def _derive(password: str, parsed: Hash) -> bytes:
    # Two keyboards may compose one letter differently: RFC 8265 compares passwords in NFC.
    text = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(
        text,
        salt=parsed.salt,
        n=parsed.n,
        r=parsed.r,
        p=parsed.p,
        dklen=len(parsed.digest),
        maxmem=2 * MAX_MEMORY_BYTES,
    )


def _memory(parsed: Hash) -> int:
    return 128 * parsed.r * (parsed.n + parsed.p)


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
