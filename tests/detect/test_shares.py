"""A view weighs by the share at which we served it, and by no share that somebody makes up."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

from adnotice import AdNoticeMiddleware
from adnotice.count.model.tally import Dimension, Metric, Period
from adnotice.count.settings import CountSettings
from adnotice.count.stores.open import open_store
from adnotice.detect.sampling import MAX_HALVINGS, Sampling
from adnotice.detect.shares import HOUR_SECONDS, Shares
from adnotice.keys import Keys
from tests.conftest import SECRET
from tests.support.reports import report

NOW = 1_795_900_000.0
FIREFOX = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0"}


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("rate", [1.0, 0.3, 0.001])
@pytest.mark.parametrize("halvings", range(MAX_HALVINGS + 1))
def test_every_share_comes_back_as_it_was_said(rate: float, halvings: int) -> None:
    shares = Shares(Keys(SECRET))
    share = Sampling(rate).rate(halvings)
    token = shares.sign(share)
    assert len(token) <= 48
    assert shares.read(token) == share


def test_a_share_is_believed_for_the_hour_and_the_next() -> None:
    clock = Clock()
    shares = Shares(Keys(SECRET), clock)
    token = shares.sign(0.25)
    for hours, said in ((-2, None), (-1, 0.25), (1, 0.25), (2, None)):
        clock.now = NOW + hours * HOUR_SECONDS
        assert shares.read(token) == said


def test_a_rotated_secret_still_reads() -> None:
    token = Shares(Keys(SECRET)).sign(0.5)
    assert Shares(Keys([SECRET, SECRET[::-1]])).read(token) == 0.5
    assert Shares(Keys(SECRET[::-1])).read(token) is None


@given(st.text(max_size=60) | st.from_regex(r"0\.[0-9]{1,6}~[0-9a-f]{5}~[0-9a-f]{16}", fullmatch=True))
def test_no_share_can_be_made_up(token: str) -> None:
    assert Shares(Keys(SECRET)).read(token) is None


@given(st.integers(0, 30), st.characters(codec="utf-8"))
def test_no_share_can_be_changed(place: int, other: str) -> None:
    shares = Shares(Keys(SECRET))
    token = shares.sign(0.25)
    place %= len(token)
    changed = token[:place] + other + token[place + 1 :]
    assert shares.read(changed) is None or changed == token


@pytest.mark.anyio
async def test_a_halved_share_goes_out_with_the_script_and_its_views_are_tallied_under_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'counts.db'}"
    app = AdNoticeMiddleware(Starlette(), secret_key=SECRET, store_url=url)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="https://news.example.test", headers=FIREFOX
    ) as client:
        whole = (await client.get("/_adnotice/client.js")).text
        assert '"drawn"' not in whole
        monkeypatch.setattr(Sampling, "halvings", 2)
        script = (await client.get("/_adnotice/client.js")).text
        settings = json.loads(re.search(r"\((\{.*\})\);\s*\Z", script)[1])  # type: ignore[index]
        assert settings["sample"] == 0.25
        said = settings["drawn"]["share"]
        for share in ("", said, said, "0.0001~6d0b8~0123456789abcdef"):
            answer = await client.post("/_adnotice/outcome", json=report() | ({"share": share} if share else {}))
            assert answer.status_code == 204
    store = open_store(url, CountSettings(store_url=url))
    (site,) = store.sites()
    today = store_day()
    drawn = store.counts(site, Dimension.SHARE, today)
    assert [(count.value, count.metric, count.n) for count in drawn] == [("0.25", Metric.CLEAR, 2)]
    (all_clear,) = [count.n for count in store.counts(site, Dimension.ALL, today) if count.metric is Metric.CLEAR]
    assert all_clear == 4
    store.close()


def store_day() -> Period:
    """Yesterday to tomorrow, so that midnight changes nothing."""
    day = datetime.now(UTC).date()
    return Period(day - timedelta(days=1), day + timedelta(days=1))
