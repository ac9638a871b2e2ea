"""Content codings as streams: gzip and deflate always, brotli and zstd with the extras of these names.

A decoder gives all that its input says so far, and an encoder closes each piece with a flush: a reader sees no later
what the app let go.
"""

from __future__ import annotations

import zlib
from importlib import import_module
from typing import Any, Final, Protocol

GZIP_LEVEL: Final = 6
BROTLI_QUALITY: Final = 5
ZSTD_LEVEL: Final = 3


class BrokenCodingError(ValueError):
    """What came is not what its Content-Encoding says."""


class Decoder(Protocol):
    """Takes a compressed page apart."""

    rest: bytes
    """What came after the end."""

    def decode(self, data: bytes) -> bytes:
        """The text that this piece adds. Raises `BrokenCodingError`."""

    def ended(self) -> bool:
        """Whether the compressed page is complete."""


class Encoder(Protocol):
    """Puts a compressed page together."""

    def encode(self, text: bytes) -> bytes:
        """The text compressed, such that a reader can decode all of it now."""

    def finish(self, text: bytes) -> bytes:
        """The last of the text, and the end."""


class ZlibDecoder:
    """gzip, and deflate in both of its forms: RFC 9110, 8.4.1.2, and raw, as some servers send it."""

    def __init__(self, window_bits: int) -> None:
        self._inflate = zlib.decompressobj(window_bits)
        self.rest = b""

    def decode(self, data: bytes) -> bytes:
        """See `Decoder`."""
        try:
            text = self._inflate.decompress(data)
        except zlib.error as error:
            raise BrokenCodingError(str(error)) from None
        self.rest = self._inflate.unused_data
        return text

    def ended(self) -> bool:
        """See `Decoder`."""
        return self._inflate.eof


class ZlibEncoder:
    """The counterpart of `ZlibDecoder`."""

    def __init__(self, window_bits: int) -> None:
        self._deflate = zlib.compressobj(GZIP_LEVEL, wbits=window_bits)

    def encode(self, text: bytes) -> bytes:
        """See `Encoder`."""
        return self._deflate.compress(text) + self._deflate.flush(zlib.Z_SYNC_FLUSH)

    def finish(self, text: bytes) -> bytes:
        """See `Encoder`."""
        return self._deflate.compress(text) + self._deflate.flush()


class BrotliDecoder:
    """br, RFC 7932."""

    def __init__(self, brotli: Any) -> None:
        self._error = brotli.error
        self._decompressor = brotli.Decompressor()
        self.rest = b""

    def decode(self, data: bytes) -> bytes:
        """See `Decoder`."""
        try:
            text: bytes = self._decompressor.process(data)
        except self._error as error:
            raise BrokenCodingError(str(error)) from None
        return text

    def ended(self) -> bool:
        """See `Decoder`."""
        return bool(self._decompressor.is_finished())


class BrotliEncoder:
    """The counterpart of `BrotliDecoder`."""

    def __init__(self, brotli: Any) -> None:
        self._compressor = brotli.Compressor(quality=BROTLI_QUALITY)

    def encode(self, text: bytes) -> bytes:
        """See `Encoder`."""
        packed: bytes = self._compressor.process(text) + self._compressor.flush()
        return packed

    def finish(self, text: bytes) -> bytes:
        """See `Encoder`."""
        packed: bytes = self._compressor.process(text) + self._compressor.finish()
        return packed


class ZstdDecoder:
    """zstd, RFC 8878."""

    def __init__(self, zstandard: Any) -> None:
        self._error = zstandard.ZstdError
        self._decompressor = zstandard.ZstdDecompressor().decompressobj()
        self.rest = b""

    def decode(self, data: bytes) -> bytes:
        """See `Decoder`."""
        try:
            text: bytes = self._decompressor.decompress(data)
        except self._error as error:
            raise BrokenCodingError(str(error)) from None
        self.rest = self._decompressor.unused_data
        return text

    def ended(self) -> bool:
        """See `Decoder`."""
        return bool(self._decompressor.eof)


class ZstdEncoder:
    """The counterpart of `ZstdDecoder`."""

    def __init__(self, zstandard: Any) -> None:
        self._compressor = zstandard.ZstdCompressor(level=ZSTD_LEVEL).compressobj()
        self._flush_block = zstandard.COMPRESSOBJ_FLUSH_BLOCK

    def encode(self, text: bytes) -> bytes:
        """See `Encoder`."""
        packed: bytes = self._compressor.compress(text) + self._compressor.flush(self._flush_block)
        return packed

    def finish(self, text: bytes) -> bytes:
        """See `Encoder`."""
        packed: bytes = self._compressor.compress(text) + self._compressor.flush()
        return packed


def make_codec(coding: bytes, begin: bytes) -> tuple[Decoder, Encoder] | None:
    """A decoder and an encoder for this Content-Encoding; `begin` is how the page begins, two bytes at least.

    None for a coding that we can't open: several, an unknown one, or one whose extra is not installed.
    """
    if coding in (b"gzip", b"x-gzip"):
        return ZlibDecoder(31), ZlibEncoder(31)
    if coding == b"deflate":
        # A zlib header: method 8, and a check that makes it a multiple of 31 (RFC 1950, 2.2).
        bits = 15 if begin[0] & 15 == 8 and int.from_bytes(begin[:2], "big") % 31 == 0 else -15
        return ZlibDecoder(bits), ZlibEncoder(bits)
    if coding == b"br" and (brotli := _load("brotli")):
        return BrotliDecoder(brotli), BrotliEncoder(brotli)
    if coding == b"zstd" and (zstandard := _load("zstandard")):
        return ZstdDecoder(zstandard), ZstdEncoder(zstandard)
    return None


def can_open(coding: bytes) -> bool:
    """Whether pages in this Content-Encoding can be opened here."""
    return make_codec(coding, b"\x78\x9c") is not None


def _load(name: str) -> Any:
    """The library, or None where its extra is not installed."""
    try:
        return import_module(name)
    except ImportError:
        return None
