"""How far somebody with n addresses and m requests can move a day's rate: docs/abuse.md's arithmetic, and a day made so.

A site sends 300 pages an hour and measures 240 page views, a quarter of them with ads blocked. Somebody reports made-up
views all day long: a bait and a report each, two requests; or, to have more explained, a page as well, three requests.
"""

from __future__ import annotations

import itertools
import random
import re
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from adnotice.count.ingest.entries import Entering
from adnotice.count.ingest.suspicion import Suspicion
from adnotice.count.model.keys import spread
from adnotice.count.model.page_templates import RoutePatterns
from adnotice.count.model.tally import Batch, Dimension, Entry, Key, Metric, Period
from adnotice.count.settings import CountSettings
from adnotice.count.stores.open import open_store
from adnotice.detect.endpoints import FREQUENT_AN_HOUR
from adnotice.http.admission import Rate
from adnotice.vocabulary import Ground, Kind, PageInjected, Verdict, ViewJudged
from tests.count.bending import ALLOWANCE, FACTOR, Attack, Outcome, Readers, reckon

ABUSE = Path(__file__).parent.parent.parent / "docs" / "abuse.md"
MIDNIGHT = datetime(2026, 11, 18, tzinfo=UTC).timestamp()
DAY = Period(date(2026, 11, 18), date(2026, 11, 18))
AGENT = b"Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0"

HOURS, STEPS = 24, 60
PAGES, VIEWS, BLOCKED = 300, 240, 60
"""An hour's."""

READERS = Readers(pages=PAGES, views=VIEWS, blocked=BLOCKED, hours=HOURS)

ATTACKS = (
    Attack(1, 28_800),
    Attack(1, 28_800, pages=True),
    Attack(10, 28_800),
    Attack(100, 72_000),
    Attack(None, 28_800),
)


def live_through(attack: Attack, url: str) -> Outcome:
    """A day on a real store, by the code that decides; one process, a commit every minute."""
    clock = [MIDNIGHT]
    store = open_store(url, CountSettings(store_url=url))
    suspicion = Suspicion(CountSettings(), lambda: store, lambda: clock[0])
    entering = Entering(RoutePatterns(()), suspicion)
    often = Rate(FREQUENT_AN_HOUR, 3600.0, lambda: clock[0])
    numbers, addresses = itertools.count(), itertools.count()
    mixed = random.Random(3)  # noqa: S311 - an order, not a secret
    counted: Counter[str] = Counter()
    reported = 0
    for step in range(HOURS * STEPS):
        clock[0] += 3600 / STEPS / 2
        forged = (step + 1) * attack.forged(HOURS) // STEPS - step * attack.forged(HOURS) // STEPS
        who = ["reader"] * (VIEWS // STEPS - BLOCKED // STEPS) + ["blocked"] * (BLOCKED // STEPS) + ["forged"] * forged
        mixed.shuffle(who)
        reported += len(who)
        sent = PAGES // STEPS + (forged if attack.pages else 0)
        pages: Counter[Key] = Counter()
        for key in spread(PageInjected("site", "/")):
            pages[key] = sent
        entries = [Entry(f"pages {next(numbers)}", clock[0] + 900, (), pages)]
        for each in who:
            known = each == "forged" and attack.addresses is not None
            frequent = known and often.wait(str(next(addresses) % (attack.addresses or 1))) > 0
            verdict = Verdict.BLOCKED if each == "blocked" else Verdict.CLEAR
            kind = Kind.CONTENT if each == "blocked" else None
            view = ViewJudged("site", "/", verdict, kind, Ground.SCRIPT, agent=AGENT, frequent=frequent)
            keys, apart = entering.enter((view,), clock[0])
            entries.append(Entry(f"view {next(numbers)}", clock[0] + 900, keys))
            counted[each] += not apart
        store.commit(Batch(clock[0], tuple(entries), from_readers=True))
        suspicion.committed()
        clock[0] += 3600 / STEPS / 2
    got = Counter[Metric]()
    for _, metric, n in store.counts("site", Dimension.ALL, DAY):
        got[metric] += n
    store.close()
    assert got[Metric.CLEAR] == counted["reader"] + counted["forged"]
    assert got[Metric.BLOCKED_CONTENT] == counted["blocked"]
    assert got[Metric.SUSPECT_CLEAR] + got[Metric.SUSPECT_CONTENT] == reported - sum(counted.values())
    return Outcome(counted["reader"] + counted["blocked"], counted["blocked"], counted["forged"])


def tell(attack: Attack, found: Outcome) -> str:
    """The row of docs/abuse.md."""
    addresses = "not known" if attack.addresses is None else str(attack.addresses)
    asked = "a page, a bait, a report" if attack.pages else "a bait, a report"
    return (
        f"| {addresses} | {attack.requests:,}: {asked} | {attack.forged(HOURS) * HOURS:,} | {round(found.forged, -2):,.0f} "
        f"| {found.lowest:.0%} to {found.highest:.0%} |"
    )


@pytest.mark.timeout(400)
@pytest.mark.parametrize("attack", ATTACKS, ids=str)
def test_a_days_rate_moves_no_further_than_the_arithmetic_says(
    attack: Attack, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    reckoned, lived = reckon(attack, READERS), live_through(attack, sqlite_url)
    with capsys.disabled():
        print(f"\n{tell(attack, reckoned)}  arithmetic\n{tell(attack, lived)}  experiment")  # noqa: T201 - the figures are told
    assert lived.forged <= reckoned.forged * 1.02 + 20
    assert lived.lowest == pytest.approx(reckoned.lowest, abs=0.01)
    assert lived.highest == pytest.approx(reckoned.highest, abs=0.01)
    assert tell(attack, reckoned) in ABUSE.read_text(encoding="utf-8")


def test_the_page_says_what_the_bounds_are() -> None:
    text = re.sub(r"\s+", " ", ABUSE.read_text(encoding="utf-8"))
    assert f"{FACTOR:g} x pages + {ALLOWANCE}" in text
    assert f"{FREQUENT_AN_HOUR} reports an hour" in text
