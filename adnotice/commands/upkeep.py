"""What keeps a store well: `adnotice prune`, `backup`, `restore`, `copy` and `migrate`."""

from __future__ import annotations

import sys
import time
from contextlib import closing

import msgspec

from adnotice.commands.arguments import Arguments
from adnotice.commands.progress import progress
from adnotice.commands.stores import find_store, opened, store_url, whole_settings
from adnotice.count.stores.migrate import DONE, migrate_store
from adnotice.count.stores.open import open_store
from adnotice.count.stores.sql.backup import back_up, restore


def prune_store(asked: Arguments) -> int:
    """Removes what is past its retention; returns the exit status, as each of these."""
    with opened(asked) as store:
        removed = store.prune(time.time())
    print(
        msgspec.json.encode({"removed": removed}).decode()
        if asked.json
        else f"{removed:,} {'row' if removed == 1 else 'rows'} removed"
    )
    return 0


def back_up_store(asked: Arguments) -> int:
    """Copies a SQLite store into a new file while counting goes on."""
    url = store_url(asked)
    with progress("copying") as tell:
        size = back_up(url, asked.file, tell)
    told = msgspec.json.encode({"file": str(asked.file), "bytes": size}).decode()
    print(told if asked.json else f"{asked.file}: {size} bytes")
    return 0


def restore_store(asked: Arguments) -> int:
    """Puts a backup where the store is."""
    aside = restore(asked.file, store_url(asked))
    print(f"restored; what was there before is {aside}" if aside else "restored")
    return 0


def copy_all(asked: Arguments) -> int:
    """Copies all counts into another, empty store."""
    from adnotice.count.stores.sql.transfer import copy_store

    settings = whole_settings()
    with opened(asked, settings) as source, closing(open_store(asked.target, settings.count)) as target:
        copied = copy_store(source, target)
        print(
            f"{copied} tallies are in {find_store(target)} now. Name it in the setting store_url, and start the servers"
        )
    return 0


def bring_up_to_date(asked: Arguments) -> int:
    """Brings the store to this version's schema, once it is agreed to."""

    def ask(question: str) -> bool:
        # Programs are asked nothing: they say --yes.
        return not asked.json and sys.stdin.isatty() and input(f"{question} [y/N] ").strip().lower() in ("y", "yes")

    told = sys.stderr if asked.json else sys.stdout
    with opened(asked, older=True) as store:
        plan = store.plan()
        status = migrate_store(
            store, dry_run=asked.dry_run, agreed=asked.yes, ask=ask, say=lambda line: print(line, file=told, flush=True)
        )
        if asked.json:
            migrated = status == DONE and bool(plan.steps) and not asked.dry_run
            print(msgspec.json.encode({**msgspec.structs.asdict(plan), "migrated": migrated}).decode())
        return status
