"""Whether a view is asked; names the reason when it is not. Takes values, returns values."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from adnotice.http.messages import Visit
from adnotice.notice.cookie import Kept, holds_for
from adnotice.vocabulary import Mode, NoticeEvent, Quiet, Verdict

_LASTING = {NoticeEvent.SUPPORTS: Quiet.SUPPORTS, NoticeEvent.NEVER: Quiet.NEVER, NoticeEvent.LATER: Quiet.LATER}

_NO_HINDRANCE_TO_THANKS = {Quiet.NOT_BLOCKED, Quiet.LATER, Quiet.ALLOWED, Quiet.FIRST_PAGE, Quiet.NOTHING_TO_DO}


@dataclass(frozen=True)
class Situation:
    """What is known beside the visit: the mode, whether a robot reads, the reader's kept answer, the day (UTC); whether the
    operator's own predicate leaves the reader out, whether the site knows the reader as a supporter, whether nobody is
    asked in the reader's country, whether everyone is left in peace now, whether there is anything that this reader could
    do, and whether the browser keeps that ads were found allowed."""

    mode: Mode
    bot: bool
    kept: Kept | None
    today: date
    left_out: bool = False
    supporter: bool = False
    elsewhere: bool = False
    peace: bool = False
    can_act: bool = True
    allowed: bool = False


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The operator's rules on who is asked."""

    first_page: bool = False
    not_now: timedelta = timedelta(days=30)
    exclude: tuple[str, ...] = ()
    _excluded: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        pattern = "|".join(map(fnmatch.translate, self.exclude)) or "(?!)"
        object.__setattr__(self, "_excluded", re.compile(pattern))

    def quiet(self, visit: Visit, situation: Situation) -> Quiet | None:
        """Why this view is not asked: the first reason in the order of `vocabulary.Quiet`; None when it is asked."""
        return next(self._reasons(visit, situation), None)

    def thanks(self, visit: Visit, situation: Situation) -> bool:
        """Whether the reader is thanked: the notice was acted on earlier in this session, and now ads arrive.

        A "not now" does not stand in the way, since the reader has acted; where nobody is asked nothing is shown.
        """
        came_round = visit.verdict is Verdict.CLEAR and visit.returning
        return came_round and _NO_HINDRANCE_TO_THANKS.issuperset(self._reasons(visit, situation))

    def _reasons(  # noqa: C901 - one reason after another, in the order in which `Quiet` lists them
        self, visit: Visit, situation: Situation
    ) -> Iterator[Quiet]:
        if visit.verdict is Verdict.PARTLY:
            yield Quiet.PARTLY
        elif visit.verdict is not Verdict.BLOCKED:
            yield Quiet.NOT_BLOCKED
        if situation.mode is not Mode.ASK:
            yield Quiet.MODE
        if situation.bot:
            yield Quiet.BOT
        if situation.left_out or self._excluded.match(visit.page):
            yield Quiet.EXCLUDED
        if not visit.may_ask:
            yield Quiet.CONSENT
        if situation.kept and self.holds(situation.kept, situation.today):
            yield _LASTING[situation.kept.choice]
        if situation.allowed:
            yield Quiet.ALLOWED
        if visit.first and not visit.returning and not self.first_page and not visit.slot:
            yield Quiet.FIRST_PAGE
        if situation.supporter or visit.supporter:
            yield Quiet.SUPPORTER
        if visit.marked:
            yield Quiet.MARKED_PAGE
        if situation.elsewhere:
            yield Quiet.COUNTRY
        if visit.appeal and not visit.slot:
            yield Quiet.OWN_APPEAL
        if situation.peace:
            yield Quiet.EVERYONE
        if visit.slot == "hidden":
            yield Quiet.SLOT_HIDDEN
        if not situation.can_act:
            yield Quiet.NOTHING_TO_DO

    def holds(self, kept: Kept, today: date) -> bool:
        return today - kept.day < holds_for(kept.choice, self.not_now)
