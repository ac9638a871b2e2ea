"""What the settings can't see is said; baits that are no longer stopped are found from lists' age and from the figures."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adnotice.insight.analysis.summary import Bucket, Views, share
from adnotice.insight.blind_spots import VERIFIED, Sight, doubt, name_unseen
from adnotice.insight.display import formats
from adnotice.insight.findings import Weight

ROOT = Path(__file__).parents[2]
TODAY = VERIFIED


def bucket(decided: int, content: int, *, so_far: bool = False) -> Bucket:
    views = Views(decided - content, 0, content, content, 0, 0, decided, decided)
    return Bucket("2026-11-01", views, decided, 0, share(content, decided), so_far)


@pytest.mark.parametrize(
    ("sight", "probe", "gpc"),
    [(Sight(), True, True), (Sight(probe=True), False, True), (Sight(True, False), False, False)],
)
def test_what_is_not_looked_for_is_named(sight: Sight, probe: bool, gpc: bool) -> None:
    said = " ".join(name_unseen(sight))
    assert ("the real rate is probably higher." in said) == probe
    assert ("Global Privacy Control" in said) == gpc


@pytest.mark.parametrize(("days", "told"), [(0, False), (30, False), (31, True), (400, True), (-1, False)])
def test_lists_older_than_thirty_days_are_a_finding(days: int, told: bool) -> None:
    found = list(doubt([], VERIFIED + timedelta(days=days)))
    assert [each.weight for each in found] == [Weight.WRONG] * told
    assert all(formats.day(VERIFIED) in each.found for each in found)
    assert list(doubt([], date(2027, 1, 31), date(2027, 1, 1))) == []


def test_baits_that_arrive_everywhere_at_once_are_a_finding() -> None:
    usual = [bucket(1000, 300), bucket(900, 280), bucket(1100, 310)]
    (found,) = doubt([*usual, bucket(1000, 2)], TODAY)
    assert found.weight is Weight.WRONG
    assert "2 page views with a content blocker where about 297 were to be expected" in found.found
    assert list(doubt([*usual, bucket(1000, 0, so_far=True)], TODAY)) == []
    assert list(doubt([*usual, bucket(50, 0)], TODAY)) == []  # 15 expected: it may be chance


@given(
    st.lists(st.tuples(st.integers(0, 5000), st.floats(0, 1)), max_size=8),
    st.floats(0.2, 1),
)
def test_a_site_whose_rate_moves_by_less_than_a_half_is_never_alarmed(
    days: list[tuple[int, float]], factor: float
) -> None:
    rate = 0.3
    series = [bucket(n, round(n * rate)) for n, _ in days]
    last = bucket(1000, round(1000 * rate * max(factor, 0.5)))
    assert list(doubt([*series, last], TODAY)) == []


@pytest.mark.parametrize(
    "unseen", ["DNS", "VPN", "Brave", "Privacy Badger", "DuckDuckGo", "private windows", "Global Privacy Control"]
)
def test_what_cant_be_seen_is_named_beside_the_headline_in_the_readme_and_in_the_docs(unseen: str) -> None:
    assert unseen in " ".join(name_unseen(Sight()))
    for page in ("README.md", "docs/detection.md"):
        assert unseen in (ROOT / page).read_text(encoding="utf-8"), page
