"""What the site's processes do, as far as the store says it, and waiting until they have heard."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from adnotice.count.ingest.heartbeat import Beat, is_heard, read_beats
from adnotice.count.stores.protocol import Store
from adnotice.mode import NOTE, SETTLE_SECONDS
from adnotice.vocabulary import Mode

NOT_WAITED: Final = f"not waited: for {SETTLE_SECONDS:g} seconds readers may still be answered by what held before"


def tell_processes(beats: Sequence[Beat], now: float) -> Iterator[str]:
    """A line for each mode that processes use, and for each process that is silent."""
    heard = [beat for beat in beats if is_heard(beat, now)]
    if not heard:
        yield "no process has been heard of within the last minute: the mode holds once one starts"
    for (mode, said), n in sorted(Counter((beat.mode, beat.said) for beat in heard).items()):
        whose = "" if said else ", which its settings say" if n == 1 else ", which their settings say"
        yield f"{n} {'process uses' if n == 1 else 'processes use'} {mode}{whose}"
    for beat in beats:
        if beat not in heard:
            yield (
                f"process {beat.pid} on {beat.host} has not reached the store for {now - beat.at:.0f} seconds: "
                "it asks nobody until it does"
            )


def find_mode(store: Store, setting: Mode) -> Mode:
    """The mode in force: the operator's word, else the one that most processes use, else the setting as it is read here."""
    said = store.notes.get(NOTE)
    if said in list(Mode):
        return Mode(said)
    now = time.time()
    used = Counter(beat.mode for beat in read_beats(store, now) if is_heard(beat, now))
    return used.most_common(1)[0][0] if used else setting


def wait_until_obeyed() -> None:
    """Waits until no process can rest on the mode before; counts down on a terminal."""
    until = time.monotonic() + SETTLE_SECONDS
    terminal = sys.stderr.isatty()
    if not terminal:
        print(f"waiting {SETTLE_SECONDS:g} seconds, until every process obeys (--no-wait: don't)", file=sys.stderr)
    while (left := until - time.monotonic()) > 0:
        if terminal:
            told = f"\robeyed by every process in {left:2.0f} s (--no-wait: don't wait) "
            print(told, end="", file=sys.stderr, flush=True)
        time.sleep(min(1.0, left))
    if terminal:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
