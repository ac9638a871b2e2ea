"""Who is asked: every reason to be quiet, in order, and who is thanked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import msgspec
import pytest

from adnotice.http.messages import Visit
from adnotice.notice.cookie import Kept
from adnotice.notice.policy import Policy, Situation
from adnotice.vocabulary import Kind, Mode, NoticeEvent, Quiet, Verdict

TODAY = date(2026, 11, 22)
VISIT = Visit("0" * 32, "/politics/budget", Verdict.BLOCKED, Kind.CONTENT, first=False, returning=False, language="en")
SITUATION = Situation(Mode.ASK, bot=False, kept=None, today=TODAY)


def kept(choice: NoticeEvent, days_ago: int) -> Kept:
    return Kept(choice, TODAY - timedelta(days=days_ago))


def visit(**changes: object) -> Visit:
    return msgspec.structs.replace(VISIT, **changes)


def test_a_blocked_view_on_a_later_page_in_mode_ask_is_asked() -> None:
    assert Policy().quiet(VISIT, SITUATION) is None


@pytest.mark.parametrize("verdict", [Verdict.CLEAR, Verdict.UNKNOWN])
def test_nobody_is_asked_without_a_blocker(verdict: Verdict) -> None:
    assert Policy().quiet(visit(verdict=verdict), SITUATION) is Quiet.NOT_BLOCKED


@pytest.mark.parametrize("mode", [Mode.OFF, Mode.MEASURE])
def test_nobody_is_asked_in_another_mode(mode: Mode) -> None:
    assert Policy().quiet(VISIT, replace(SITUATION, mode=mode)) is Quiet.MODE


def test_bots_are_not_asked() -> None:
    assert Policy().quiet(VISIT, replace(SITUATION, bot=True)) is Quiet.BOT


@pytest.mark.parametrize(
    ("globs", "page", "excluded"),
    [
        (("/account/*",), "/account/bills", True),
        (("/account/*",), "/account", False),
        (("/account/*",), "/news/account/x", False),
        (("*/amp",), "/a/b/amp", True),
        (("/imprint", "/help/*"), "/help/ads", True),
        (("/imprint",), "/imprint/more", False),
        (("*",), "(other)", True),
        ((), "/", False),
    ],
)
def test_the_operator_excludes_pages_by_globs(globs: tuple[str, ...], page: str, excluded: bool) -> None:
    quiet = Policy(exclude=globs).quiet(visit(page=page), SITUATION)
    assert (quiet is Quiet.EXCLUDED) is excluded


@pytest.mark.parametrize(
    ("choice", "days_ago", "reason"),
    [
        (NoticeEvent.LATER, 0, Quiet.LATER),
        (NoticeEvent.LATER, 29, Quiet.LATER),
        (NoticeEvent.LATER, 30, None),
        (NoticeEvent.NEVER, 399, Quiet.NEVER),
        (NoticeEvent.NEVER, 400, None),
        (NoticeEvent.SUPPORTS, 399, Quiet.SUPPORTS),
        (NoticeEvent.SUPPORTS, 400, None),
        (NoticeEvent.LATER, -1, Quiet.LATER),
    ],
)
def test_an_answer_holds_as_long_as_it_was_promised(choice: NoticeEvent, days_ago: int, reason: Quiet | None) -> None:
    assert Policy().quiet(VISIT, replace(SITUATION, kept=kept(choice, days_ago))) is reason


def test_the_operator_sets_how_long_not_now_holds() -> None:
    policy = Policy(not_now=timedelta(days=3))
    assert policy.quiet(VISIT, replace(SITUATION, kept=kept(NoticeEvent.LATER, 2))) is Quiet.LATER
    assert policy.quiet(VISIT, replace(SITUATION, kept=kept(NoticeEvent.LATER, 3))) is None
    assert policy.quiet(VISIT, replace(SITUATION, kept=kept(NoticeEvent.NEVER, 3))) is Quiet.NEVER


@pytest.mark.parametrize(
    ("first", "returning", "first_page", "reason"),
    [
        (True, False, False, Quiet.FIRST_PAGE),
        (True, True, False, None),  # the page was loaded again by a blocker: the visit began before
        (True, False, True, None),
        (False, False, False, None),
    ],
)
def test_the_first_page_of_a_visit_is_left_in_peace(
    first: bool, returning: bool, first_page: bool, reason: Quiet | None
) -> None:
    assert Policy(first_page=first_page).quiet(visit(first=first, returning=returning), SITUATION) is reason


def test_the_first_reason_in_the_order_of_the_vocabulary_is_named() -> None:
    policy = Policy(exclude=("*",))
    view = visit(verdict=Verdict.CLEAR, first=True)
    situation = Situation(Mode.MEASURE, bot=True, kept=kept(NoticeEvent.LATER, 1), today=TODAY)
    seen = [policy.quiet(view, situation)]
    seen.append(policy.quiet(visit(verdict=Verdict.PARTLY, first=True), situation))
    view = visit(first=True, may_ask=False)
    seen.append(policy.quiet(view, situation))
    situation = replace(situation, mode=Mode.ASK)
    seen.append(policy.quiet(view, situation))
    situation = replace(situation, bot=False)
    seen.append(policy.quiet(view, situation))
    seen.append(Policy().quiet(view, situation))
    view = visit(first=True)
    answers = [kept(choice, 1) for choice in (NoticeEvent.SUPPORTS, NoticeEvent.NEVER, NoticeEvent.LATER)]
    seen += [Policy().quiet(view, replace(situation, kept=answer)) for answer in answers]
    seen.append(Policy().quiet(view, replace(situation, kept=None, allowed=True)))
    seen.append(Policy().quiet(view, replace(situation, kept=None)))
    view = visit(supporter=True, marked=True, appeal=True)
    situation = replace(situation, kept=None, elsewhere=True, can_act=False)
    seen.append(Policy().quiet(view, situation))
    view = visit(marked=True, appeal=True)
    seen.append(Policy().quiet(view, situation))
    view = visit(appeal=True)
    seen.append(Policy().quiet(view, situation))
    situation = replace(situation, elsewhere=False)
    seen.append(Policy().quiet(view, situation))
    seen.append(Policy().quiet(visit(), replace(situation, peace=True)))
    seen.append(Policy().quiet(visit(slot="hidden"), situation))
    seen.append(Policy().quiet(visit(), situation))
    assert seen == list(Quiet)


@pytest.mark.parametrize(
    ("view", "situation", "thanked"),
    [
        (visit(verdict=Verdict.CLEAR, returning=True), SITUATION, True),
        (visit(verdict=Verdict.CLEAR, returning=True, first=True), SITUATION, True),
        (visit(verdict=Verdict.CLEAR, returning=False), SITUATION, False),
        (visit(verdict=Verdict.UNKNOWN, returning=True), SITUATION, False),
        (visit(verdict=Verdict.BLOCKED, returning=True), SITUATION, False),
        (visit(verdict=Verdict.CLEAR, returning=True), replace(SITUATION, kept=kept(NoticeEvent.LATER, 1)), True),
        (visit(verdict=Verdict.CLEAR, returning=True), replace(SITUATION, kept=kept(NoticeEvent.NEVER, 1)), False),
        (visit(verdict=Verdict.CLEAR, returning=True), replace(SITUATION, kept=kept(NoticeEvent.SUPPORTS, 1)), False),
        (visit(verdict=Verdict.CLEAR, returning=True), replace(SITUATION, mode=Mode.MEASURE), False),
        (visit(verdict=Verdict.CLEAR, returning=True), replace(SITUATION, bot=True), False),
    ],
)
def test_readers_are_thanked_when_ads_arrive_after_they_acted_on_the_notice(
    view: Visit, situation: Situation, thanked: bool
) -> None:
    assert Policy().thanks(view, situation) is thanked


def test_nobody_is_thanked_on_an_excluded_page() -> None:
    assert not Policy(exclude=("/politics/*",)).thanks(visit(verdict=Verdict.CLEAR, returning=True), SITUATION)


def test_a_marked_place_is_used_on_the_first_page_too_and_beside_the_sites_own_appeal() -> None:
    view = visit(first=True, appeal=True, slot="there")
    assert Policy().quiet(view, SITUATION) is None
    assert Policy().quiet(visit(first=True), SITUATION) is Quiet.FIRST_PAGE
    assert Policy().quiet(visit(appeal=True), SITUATION) is Quiet.OWN_APPEAL


def test_places_that_are_all_hidden_are_an_answer() -> None:
    view = visit(first=True, appeal=True, slot="hidden")
    assert Policy().quiet(view, SITUATION) is Quiet.SLOT_HIDDEN
    assert Policy().quiet(view, replace(SITUATION, can_act=False)) is Quiet.SLOT_HIDDEN
    assert Policy().quiet(visit(slot="hidden", marked=True), SITUATION) is Quiet.MARKED_PAGE
