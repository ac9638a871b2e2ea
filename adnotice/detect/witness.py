"""Witnesses: proof that exactly this bait or control reached this view unaltered, minutes ago.

A script's witness is a signed token in its body. An image's is its size in pixels: a 16-bit code of its address and
of the five minutes it was made in, keyed, so that a blocker's stand-in picture proves nothing. Neither holds anything
about the reader: the address names a probe number, derived one-way from the view's random id.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable
from enum import Enum
from hashlib import blake2b
from hmac import compare_digest
from typing import Final

from adnotice.keys import CLOCK_TOLERANCE_SECONDS, Keys

IMAGE_WINDOW_SECONDS: Final = 300
MIN_PIXELS: Final = 16
MAC_BYTES: Final = 16

ODD: Final = 0xD1B54A32D192ED03_9E3779B97F4A7C15
_GIF: Final = struct.Struct("<6sHH")
_GIF_REST: Final = bytes.fromhex("80000000000000000021f90401000000002c00000000010001000002024401003b")


class Age(Enum):
    """What is wrong with a witness."""

    FORGED = "forged"
    EXPIRED = "expired"
    FUTURE = "future"


def probe_of(view: str) -> str:
    """The probe number of a view's id: the upper half of its product with an odd constant modulo 2**128, in hex.

    Half of the product is thrown away, so the number leads back to 2**64 ids.
    """
    product = int.from_bytes(bytes.fromhex(view), "big") * ODD
    return product.to_bytes(32, "big")[16:24].hex()


class Witnesses:
    """Makes and checks witnesses; `minutes` is how long one is valid."""

    def __init__(self, keys: Keys, minutes: int, clock: Callable[[], float] = time.time) -> None:
        self._scripts = [blake2b(key=key, digest_size=MAC_BYTES) for key in reversed(keys.derive("witness"))]
        self._images = [blake2b(key=key, digest_size=MAC_BYTES) for key in reversed(keys.derive("image witness"))]
        self._lifetime = minutes * 60
        self._clock = clock

    def expiry(self, made: int) -> int:
        """Until when (seconds since the epoch) a server of ours, its clock off by the tolerance, takes what was made then."""
        return made + IMAGE_WINDOW_SECONDS + self._lifetime + 2 * CLOCK_TOLERANCE_SECONDS

    def sign(self, address: str) -> str:
        """A token for this address, made now: seconds since the epoch and a signature."""
        made = f"{int(self._clock()):x}"
        return f"{made}.{mac(self._scripts[0], f'{address}.{made}'.encode()).hexdigest()}"

    def check(self, address: str, token: str) -> int | Age:
        """When a token for this address was made (seconds since the epoch), or what is wrong with it."""
        moment, _, signature = token.partition(".")
        if not signature.isascii():
            return Age.FORGED
        signed = f"{address}.{moment}".encode()
        for keyed in self._scripts:
            if compare_digest(mac(keyed, signed).hexdigest(), signature):
                break
        else:
            return Age.FORGED
        made = int(moment, 16)
        age = int(self._clock()) - made
        if age < -CLOCK_TOLERANCE_SECONDS:
            return Age.FUTURE
        return Age.EXPIRED if age > self._lifetime + CLOCK_TOLERANCE_SECONDS else made

    def image(self, address: str) -> bytes:
        """A GIF whose size is this address' code now; one transparent pixel is drawn, whatever the size."""
        width, height = size_of(self._images[0], address, int(self._clock()) // IMAGE_WINDOW_SECONDS)
        return _GIF.pack(b"GIF89a", width, height) + _GIF_REST

    def find_window(self, address: str, size: str) -> int | None:
        """When the five minutes began in which our picture of this size ("WxH") was made for this address.

        None when no picture of ours had that size within the lifetime.
        """
        now = int(self._clock())
        first = (now - self._lifetime - CLOCK_TOLERANCE_SECONDS) // IMAGE_WINDOW_SECONDS
        last = (now + CLOCK_TOLERANCE_SECONDS) // IMAGE_WINDOW_SECONDS
        for window in range(last, first - 1, -1):
            if any(size == "{}x{}".format(*size_of(keyed, address, window)) for keyed in self._images):
                return window * IMAGE_WINDOW_SECONDS
        return None


def size_of(keyed: blake2b, address: str, window: int) -> tuple[int, int]:
    """Width and height in pixels of the picture at this address in these five minutes."""
    code = mac(keyed, f"{address}.{window}".encode()).digest()
    return MIN_PIXELS + code[0], MIN_PIXELS + code[1]


def mac(keyed: blake2b, signed: bytes) -> blake2b:
    """The code that authenticates these bytes: keyed BLAKE2b (RFC 7693), 128 bits.

    Not itsdangerous, which signs everything else here: a bait is answered thousands of times a second, and copying a
    keyed state is the cheapest way there is to a code that nobody else can make.
    """
    code = keyed.copy()
    code.update(signed)
    return code
