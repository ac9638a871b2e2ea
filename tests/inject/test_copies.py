"""Pieces that are served again and again are put together once, and never taken for one another."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adnotice.inject.memo.copies import Copies, insert
from adnotice.inject.memo.sizes import USUAL
from tests.inject.site import HTML, PAGE, PAGE_WITH_TAG, ask, body_of, length_of, part, sending, start, wrap

TAG = b"<script></script>"


def fresh(text: bytes = b"<html><body>") -> bytes:
    """Bytes of their own, equal to others."""
    return bytes(bytearray(text))


def serve(kept: Copies, data: bytes, place: int = 6, tag: bytes = TAG) -> bytes:
    """What the injector does with a page's first bytes."""
    return kept.find(data, tag) or kept.insert(data, place, tag)


def test_a_piece_that_is_served_again_is_put_together_once() -> None:
    kept, page = Copies(), fresh()
    first, second, third = serve(kept, page), serve(kept, page), serve(kept, page)
    assert first == second == b"<html><script></script><body>"
    assert third is second


def test_what_is_made_anew_for_each_request_is_never_kept() -> None:
    kept = Copies()
    for _ in range(10):
        page = fresh()
        assert kept.find(page, TAG) is None
        kept.insert(page, 6, TAG)
    assert kept._kept == {}


def test_another_tag_is_put_into_the_piece_anew() -> None:
    kept, page, other = Copies(), fresh(), b"<script src='/below'></script>"
    serve(kept, page)
    serve(kept, page)
    assert kept.find(page, TAG) is not None
    assert kept.find(page, other) is None
    assert serve(kept, page, tag=other) == b"<html><script src='/below'></script><body>"
    assert serve(kept, page) == b"<html><script></script><body>"


@given(st.lists(st.integers(0, 9), max_size=200))
def test_whatever_is_served_each_piece_gets_its_own_copy(order: list[int]) -> None:
    kept = Copies()
    pages = [fresh(b"<html>%d" % n) for n in range(5)]  # kept by their app; the other five are made anew
    for n in order:
        page = pages[n] if n < 5 else fresh(b"<html>%d" % n)
        assert serve(kept, page) == b"<html><script></script>%d" % n


def test_pages_that_are_served_often_are_soon_kept_among_others() -> None:
    kept, front, second = Copies(), fresh(b"<html>front"), fresh(b"<html>second")
    readers = random.Random(2026)  # noqa: S311 - an order, not a secret
    for n in range(2_000):
        serve(kept, readers.choices((front, second, fresh(b"<html>%d" % n)), (3, 1, 3))[0])
    assert {entry[0] for entry in kept._kept.values()} == {front, second}


@pytest.mark.parametrize(("others", "kept_then"), [(0, True), (30, True), (31, True), (32, False)])
def test_a_piece_is_awaited_while_31_others_go_by(others: int, kept_then: bool) -> None:
    kept, page = Copies(), fresh()
    serve(kept, page)
    for n in range(others):
        serve(kept, fresh(b"<html>%d" % n))
    serve(kept, page)
    assert (kept.find(page, TAG) is not None) is kept_then


def test_memory_is_bounded_however_many_pages_are_served_twice() -> None:
    kept = Copies(100_000)
    for n in range(1_000):
        page = fresh(b"<html>%d" % n + b"." * (n % 30_000))
        assert serve(kept, page) == serve(kept, page) == serve(kept, page) == insert(page, 6, TAG)
        assert sum(len(entry[2]) for entry in kept._kept.values()) <= 100_000
    assert len(kept._kept) > 10


def test_a_piece_larger_than_all_that_may_be_kept_is_let_go() -> None:
    kept, page = Copies(), bytes(USUAL.copies_bytes + 1)
    assert serve(kept, page) == serve(kept, page) == insert(page, 6, TAG)
    assert kept._kept == {}
    assert kept._awaited == b""


@pytest.mark.remembers
@pytest.mark.anyio
async def test_a_page_from_memory_is_sent_as_the_same_bytes_each_time() -> None:
    app = wrap(sending(start(HTML, length_of(PAGE)), part(PAGE)))
    bodies = [(await ask(app))[1]["body"] for _ in range(4)]
    assert set(bodies) == {PAGE_WITH_TAG}
    assert bodies[3] is bodies[2]


@pytest.mark.anyio
async def test_the_first_piece_of_a_streamed_page_is_kept_too() -> None:
    app = wrap(sending(start(HTML), part(PAGE, more=True), part(b"<p>more", more=True), part(b"")))
    for _ in range(3):
        assert body_of(await ask(app)) == PAGE_WITH_TAG + b"<p>more"
