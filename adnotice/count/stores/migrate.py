"""`adnotice migrate`: says what an older store needs, asks where the copy is the operator's to make, and does it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from adnotice.count.stores.protocol import MigrationPlan, Store

DONE = 0
NOT_AGREED = 2

Say = Callable[[str], None]


def migrate_store(store: Store, *, dry_run: bool, agreed: bool, ask: Callable[[str], bool], say: Say) -> int:
    """Brings the store to the schema that this code writes, and tells what it does; returns the exit status.

    `ask` puts a question to the operator and returns whether the answer was yes. May raise `Unavailable`: nothing, or
    a part that needs not be done again, was changed then.
    """
    plan = store.plan()
    for line in describe(plan):
        say(line)
    if not plan.steps:
        return DONE
    if dry_run:
        say("Nothing was changed.")
        return DONE
    if plan.copy_advice and not (agreed or ask("Is there a copy? Go on?")):
        say("Nothing was changed. Make a copy, then: adnotice migrate --yes")
        return NOT_AGREED
    began = time.monotonic()
    store.migrate(say)
    say(f"done after {time.monotonic() - began:.1f} seconds")
    return DONE


def describe(plan: MigrationPlan) -> Iterator[str]:
    """The plan, line by line."""
    if not plan.steps:
        yield f"{plan.shown} has schema {plan.found}: nothing to do."
    else:
        yield f"{plan.shown} has schema {plan.found}, this adnotice writes schema {plan.wanted}. It needs:"
        yield from (f"  {step}" for step in plan.steps)
        if plan.copy_advice:
            yield f"Make a copy of it first ({plan.copy_advice}). Reports are answered 503 until it is done; browsers try again."
