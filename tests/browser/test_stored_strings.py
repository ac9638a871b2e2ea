"""A hundred and twenty texts that mean harm, in every string that the store holds: on no page of the dashboard one of them
runs, loads anything, or breaks the page's policy."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, date, datetime
from urllib.parse import urlencode

import msgspec
import pytest

from adnotice.count.ingest.heartbeat import Beat
from adnotice.count.model.tally import Batch, Dimension, Entry, Key, Metric
from adnotice.count.stores.open import open_store
from adnotice.count.stores.protocol import Store
from adnotice.insight.access.grants import AccessGrant
from adnotice.insight.access.passwords import hash_password
from adnotice.insight.annotations import Annotation
from adnotice.insight.audit_log import AuditAction, AuditEvent
from adnotice.vocabulary import Mode
from tests.browser.conftest import Newsroom, Readers
from tests.browser.desk import DASHBOARD, PASSWORD, log_in
from tests.support.harmful import PAYLOADS, RUN

NAMED = (Dimension.PAGE, Dimension.BROWSER, Dimension.DEVICE, Dimension.SYSTEM, Dimension.LANGUAGE, Dimension.REFERRER)
REASONS = (
    (Dimension.REFUSAL, Metric.REFUSED),
    (Dimension.REJECTION, Metric.REJECTED),
    (Dimension.QUIET, Metric.NOT_ASKED),
    (Dimension.PROGRAM, Metric.INJECTED),
    (Dimension.GROUND, Metric.CLEAR),
    (Dimension.SUPPORT, Metric.SUPPORT_LINK),
    (Dimension.VARIANT, Metric.SHOWN),
)


def fill(store: Store, site: str) -> None:
    """Puts each of the texts into each string."""
    deltas = {Key(site, dimension, text, Metric.CLEAR): 9 for dimension in NAMED for text in PAYLOADS}
    deltas.update({Key(site, Dimension.PAGE, text, Metric.SHOWN): 3 for text in PAYLOADS})
    deltas.update({Key(site, dimension, text, metric): 9 for dimension, metric in REASONS for text in PAYLOADS})
    deltas[Key(site, Dimension.ALL, "", Metric.CLEAR)] = 9 * len(PAYLOADS)
    now = time.time()
    assert store.commit(Batch(now, (Entry(secrets.token_hex(16), now + 600, deltas=deltas),))) == [True]
    today: date = datetime.now(UTC).date()
    for number, text in enumerate(PAYLOADS):
        values = {
            f"annotation:{number}": Annotation(f"{number}", site, today, text, text, now),
            f"trail:{number:03}": AuditEvent(now, text, AuditAction.MODE, text, text),
            f"trail:x{number:03}": AuditEvent(now, text, AuditAction.TOKEN, text),
            f"token:{number}": AccessGrant(f"{number}", text, text, now),
            f"link:{number}": AccessGrant(f"{number}", text, text, now, text, now + 600),
            f"process:{number}": Beat(now, text, text, number, Mode.ASK, problem=text),
        }
        for name, value in values.items():
            store.notes.put(name, msgspec.json.encode(value).decode(), now + 3_600)


@pytest.mark.parametrize("profile", ["chromium", "firefox"])
def test_no_stored_text_runs_or_breaks_the_policy(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    named = PAYLOADS[0]
    site = newsroom(dashboard_password_hash=hash_password(PASSWORD), mode="measure", site=named)
    store = open_store(site.store_url)
    fill(store, named)
    store.notes.put(f"label:{named}", PAYLOADS[20])
    store.close()
    page = log_in(reader(profile, site))
    pages = ["", "/health", "/notice", "/access", "/settings", "/pages", "/pages?by=section", "/referrers", "/browsers"]
    pages += [f"/pages?{urlencode({'name': text})}" for text in PAYLOADS[::17]]
    pages += [f"/pages?{urlencode({'q': text})}" for text in PAYLOADS[::23]]
    seen = ""
    for where in pages:
        page.goto(f"{DASHBOARD}{where}")
        page.run("for (const each of document.querySelectorAll('details')) each.open = true")
        page.run(
            "for (const each of document.querySelectorAll('main *')) for (const kind of ['pointerenter', 'mouseover'])"
            " each.dispatchEvent(new Event(kind, {bubbles: true}))"
        )
        assert page.run("return window.harmed") is None, where
        assert page.run("return document.scripts.length") == 1, where
        assert page.run("return document.querySelectorAll('img, iframe, object, embed, base, style, math').length") == 0
        leading = "return [...document.links].filter((each) => each.origin !== location.origin).length"
        assert page.run(leading) == 0, where
        seen += page.run("return document.body.innerText")
    assert page.problems() == []
    assert page.foreign_requests() == []
    assert seen.count(RUN) > 1_000, "the texts stand there, as what they are"
