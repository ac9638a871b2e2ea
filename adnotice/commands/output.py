"""What commands write to: the terminal, a pipe or a file, as the shell gives it."""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

ESCAPED: Final = "adnotice.escaped"


def take_any_letter() -> None:
    """Has letters that the locale lacks written as `\\uXXXX`, which JSON reads: no command stops half way for one."""
    codecs.register_error(ESCAPED, escape)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=ESCAPED)


def escape(error: UnicodeError) -> tuple[str, int]:
    """What to write instead, and where to go on: an error handler of `codecs`. A letter beyond U+FFFF becomes two, as in JSON."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{high:02x}{low:02x}" for high, low in zip(units[::2], units[1::2], strict=True)), error.end


def flush() -> None:
    """Writes what is still to be written; raises `OSError` where that can't be."""
    if sys.stdout is not None:  # as after `>&-`
        sys.stdout.flush()


def explain_failure(error: OSError) -> str:
    """What the system could not do, in a line; empty where whoever reads our output has seen enough (`| head`).

    What is still to be written is dropped: it would fail once more when the process ends.
    """
    if sys.stdout is not None:
        with suppress(OSError, ValueError), Path(os.devnull).open("wb") as nowhere:  # tests' outputs have no number
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
    if error.errno == errno.EPIPE:
        return ""
    where = f": {error.filename}" if error.filename else ", or what it printed could not be written"
    return f"the system refused what this command needs: {error.strerror or error}{where}"
