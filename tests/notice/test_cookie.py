"""The choice cookie: an answer and a day, the same bytes for everyone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from adnotice.notice.cookie import (
    ALLOWED_DAYS,
    Kept,
    clear_cookie,
    holds_for,
    is_due,
    keeps,
    read_allowed,
    read_cookie,
    write_allowed,
    write_cookie,
)
from adnotice.vocabulary import NoticeEvent

TODAY = date(2026, 11, 22)
NOT_NOW = timedelta(days=30)


@pytest.mark.parametrize(
    ("choice", "secure", "line"),
    [
        (
            NoticeEvent.LATER,
            True,
            b"adnotice=later.2026-11-22; Path=/_adnotice; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure",
        ),
        (
            NoticeEvent.NEVER,
            False,
            b"adnotice=never.2026-11-22; Path=/_adnotice; Max-Age=34560000; HttpOnly; SameSite=Lax",
        ),
        (
            NoticeEvent.SUPPORTS,
            False,
            b"adnotice=supports.2026-11-22; Path=/_adnotice; Max-Age=34560000; HttpOnly; SameSite=Lax",
        ),
    ],
)
def test_the_cookie_is_written_byte_for_byte(choice: NoticeEvent, secure: bool, line: bytes) -> None:
    written = write_cookie(Kept(choice, TODAY), path="/_adnotice", secure=secure, not_now=NOT_NOW)
    assert written == (b"set-cookie", line)


def test_forgetting_empties_the_cookie_at_once() -> None:
    assert clear_cookie(path="/app/_adnotice", secure=True) == (
        b"set-cookie",
        b"adnotice=; Path=/app/_adnotice; Max-Age=0; HttpOnly; SameSite=Lax; Secure",
    )


@pytest.mark.parametrize("choice", [NoticeEvent.LATER, NoticeEvent.NEVER, NoticeEvent.SUPPORTS])
def test_what_is_written_is_read_again(choice: NoticeEvent) -> None:
    _, line = write_cookie(Kept(choice, TODAY), path="/_adnotice", secure=True, not_now=NOT_NOW)
    value = line.decode().partition(";")[0].partition("=")[2]
    assert read_cookie(value, TODAY) == Kept(choice, TODAY)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "later",
        "later.",
        "later.20261122",
        "later.2026-13-01",
        "later.2026-11-22 ",
        "later.2026-11-22.x",
        "howto.2026-11-22",
        "rechecked.2026-11-22",
        "always.2026-11-22",
        "never.2026-11-24",  # nobody can have answered the day after tomorrow
        "never.9999-12-31",
        "later.2026-W47-7",
        "\xff.2026-11-22",
        "never.\u0662\u0660\u0662\u0666-\u0661\u0661-\u0662\u0662",  # digits, but not ours
    ],
)
def test_what_we_did_not_write_is_no_answer(value: str) -> None:
    assert read_cookie(value, TODAY) is None


def test_a_server_whose_clock_is_behind_midnight_still_reads_the_answer() -> None:
    assert read_cookie("later.2026-11-23", TODAY) == Kept(NoticeEvent.LATER, date(2026, 11, 23))


def test_only_lasting_answers_are_kept() -> None:
    assert [choice for choice in NoticeEvent if keeps(choice)] == [
        NoticeEvent.LATER,
        NoticeEvent.NEVER,
        NoticeEvent.SUPPORTS,
    ]


@pytest.mark.parametrize(
    ("choice", "days_ago", "due"),
    [
        (NoticeEvent.NEVER, 0, False),
        (NoticeEvent.NEVER, 29, False),
        (NoticeEvent.NEVER, 30, True),
        (NoticeEvent.LATER, 29, False),
        (NoticeEvent.SUPPORTS, 300, False),
    ],
)
def test_dont_ask_again_is_renewed_once_a_month_and_nothing_else_is(
    choice: NoticeEvent, days_ago: int, due: bool
) -> None:
    assert is_due(Kept(choice, TODAY - timedelta(days=days_ago)), TODAY) is due


def test_the_longest_answer_lasts_as_long_as_browsers_keep_cookies() -> None:
    assert holds_for(NoticeEvent.NEVER, NOT_NOW) == timedelta(days=400)


@pytest.mark.parametrize("day", [date(2026, 11, 1), date(2026, 11, 30), date(2028, 2, 29), date(2026, 12, 31)])
def test_that_ads_are_allowed_is_kept_by_month_and_never_longer_than_promised(day: date) -> None:
    _, line = write_allowed(day, path="/_adnotice", secure=True)
    first, *parts = line.decode().split("; ")
    assert first == f"adnotice=allowed.{day:%Y-%m}"
    days = int(parts[1].removeprefix("Max-Age=")) / 86_400
    assert ALLOWED_DAYS - 31 < days <= ALLOWED_DAYS
    value = first.partition("=")[2]
    assert read_allowed(value, day) == day.replace(day=1)
    assert read_allowed(value, day + timedelta(days=days - 1)) is not None
    assert read_allowed(value, day + timedelta(days=days)) is None
    assert read_cookie(value, day) is None, "it is no answer of the reader's"


def test_everybody_who_allows_ads_in_one_month_gets_the_same_value() -> None:
    lines = {write_allowed(date(2026, 11, day), path="/", secure=True)[1].split(b";")[0] for day in range(1, 31)}
    assert len(lines) == 1


@pytest.mark.parametrize(
    "value",
    [
        "",
        "allowed",
        "allowed.",
        "allowed.2026",
        "allowed.2026-11-22",
        "allowed.2026-13",
        "later.2026-11",
        "allowed.2027-01",
        "allowed.26-11",
        "allowed.2026-W4",
    ],
)
def test_what_is_not_of_our_making_says_nothing_of_allowed_ads(value: str) -> None:
    assert read_allowed(value, TODAY) is None
