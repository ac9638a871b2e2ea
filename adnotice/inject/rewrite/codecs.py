"""Content codings as streams: gzip and deflate always, brotli and zstd with the extras of these names.

A decoder gives all that its input says so far, in pieces of some 64 KiB, so that nobody has to wait for more than one;
an encoder closes what it was given with a flush: a reader sees no later what the app let go.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from importlib import import_module
from typing import Any, Final, Protocol

GZIP_LEVEL: Final = 6
BROTLI_QUALITY: Final = 5
ZSTD_LEVEL: Final = 3


STEP_BYTES: Final = 64 * 1024
"""How much text is made or packed at once: 2 to 5 ms of work."""

SLICE_BYTES: Final = 16 * 1024
"""How much of what is compressed a decoder is given at once."""

_ZSTD_SLICE_BYTES: Final = 64
"""A block of zstd's may be 4 bytes for 128 KiB of text (RFC 8878, 3.1.1.2), and its decoder can't be told to stop."""


class BrokenCodingError(ValueError):
    """What came is not what its Content-Encoding says."""


class Decoder(Protocol):
    """Takes a compressed page apart."""

    rest: bytes
    """What came after the end."""

    def decode(self, data: bytes) -> Iterator[bytes]:
        """The text that this slice adds, in pieces of some `STEP_BYTES`. Raises `BrokenCodingError`."""

    def ended(self) -> bool:
        """Whether the compressed page is complete."""


class Encoder(Protocol):
    """Puts a compressed page together."""

    def put(self, text: bytes) -> bytes:
        """What there is now that this text is added; the rest comes later."""

    def flush(self) -> bytes:
        """The rest: a reader can decode all that was put."""

    def finish(self) -> bytes:
        """The rest, and the end."""


class ZlibDecoder:
    """gzip, and deflate in both of its forms: RFC 9110, 8.4.1.2, and raw, as some servers send it."""

    def __init__(self, window_bits: int) -> None:
        self._inflate = zlib.decompressobj(window_bits)
        self.rest = b""

    def decode(self, data: bytes) -> Iterator[bytes]:
        """See `Decoder`."""
        text = b""
        while not self._inflate.eof and (data or len(text) >= STEP_BYTES):
            try:
                text = self._inflate.decompress(data, STEP_BYTES)
            except zlib.error as error:
                raise BrokenCodingError(str(error)) from None
            data = self._inflate.unconsumed_tail
            yield text
        self.rest = self._inflate.unused_data

    def ended(self) -> bool:
        """See `Decoder`."""
        return self._inflate.eof


class ZlibEncoder:
    """The counterpart of `ZlibDecoder`."""

    def __init__(self, window_bits: int) -> None:
        self._deflate = zlib.compressobj(GZIP_LEVEL, wbits=window_bits)

    def put(self, text: bytes) -> bytes:
        """See `Encoder`."""
        return self._deflate.compress(text)

    def flush(self) -> bytes:
        """See `Encoder`."""
        return self._deflate.flush(zlib.Z_SYNC_FLUSH)

    def finish(self) -> bytes:
        """See `Encoder`."""
        return self._deflate.flush()


class BrotliDecoder:
    """br, RFC 7932."""

    def __init__(self, brotli: Any) -> None:
        self._error = brotli.error
        self._decompressor = brotli.Decompressor()
        self.rest = b""

    def decode(self, data: bytes) -> Iterator[bytes]:
        """See `Decoder`."""
        while True:
            try:
                text: bytes = self._decompressor.process(data, output_buffer_limit=STEP_BYTES)
            except self._error as error:
                raise BrokenCodingError(str(error)) from None
            yield text
            if self.ended() or (self._decompressor.can_accept_more_data() and len(text) < STEP_BYTES):
                return
            data = b""

    def ended(self) -> bool:
        """See `Decoder`."""
        return bool(self._decompressor.is_finished())


class BrotliEncoder:
    """The counterpart of `BrotliDecoder`."""

    def __init__(self, brotli: Any) -> None:
        self._compressor = brotli.Compressor(quality=BROTLI_QUALITY)

    def put(self, text: bytes) -> bytes:
        """See `Encoder`."""
        # It would gather some megabytes, and pack them at once.
        packed: bytes = self._compressor.process(text) + self._compressor.flush()
        return packed

    def flush(self) -> bytes:
        """See `Encoder`."""
        return b""

    def finish(self) -> bytes:
        """See `Encoder`."""
        packed: bytes = self._compressor.finish()
        return packed


class ZstdDecoder:
    """zstd, RFC 8878."""

    def __init__(self, zstandard: Any) -> None:
        self._error = zstandard.ZstdError
        self._decompressor = zstandard.ZstdDecompressor().decompressobj()
        self.rest = b""

    def decode(self, data: bytes) -> Iterator[bytes]:
        """See `Decoder`."""
        texts: list[bytes] = []
        size = at = 0
        while at < len(data) and not self.ended():
            try:
                texts.append(self._decompressor.decompress(data[at : at + _ZSTD_SLICE_BYTES]))
            except self._error as error:
                raise BrokenCodingError(str(error)) from None
            at += _ZSTD_SLICE_BYTES
            size += len(texts[-1])
            if size >= STEP_BYTES:
                yield b"".join(texts)
                texts, size = [], 0
        self.rest = self._decompressor.unused_data + data[at:]
        yield b"".join(texts)

    def ended(self) -> bool:
        """See `Decoder`."""
        return bool(self._decompressor.eof)


class ZstdEncoder:
    """The counterpart of `ZstdDecoder`."""

    def __init__(self, zstandard: Any) -> None:
        self._compressor = zstandard.ZstdCompressor(level=ZSTD_LEVEL).compressobj()
        self._flush_block = zstandard.COMPRESSOBJ_FLUSH_BLOCK

    def put(self, text: bytes) -> bytes:
        """See `Encoder`."""
        packed: bytes = self._compressor.compress(text)
        return packed

    def flush(self) -> bytes:
        """See `Encoder`."""
        packed: bytes = self._compressor.flush(self._flush_block)
        return packed

    def finish(self) -> bytes:
        """See `Encoder`."""
        packed: bytes = self._compressor.flush()
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
