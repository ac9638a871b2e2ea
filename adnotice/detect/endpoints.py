"""The detect room's addresses: the client script, baits, controls, and the report."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Final

import msgspec

from adnotice.detect.authenticate import weigh
from adnotice.detect.baits import IMAGE, SCRIPT, SIZED_IMAGE, SIZED_SCRIPT, STYLE
from adnotice.detect.client import make_client, make_parts, make_silence, make_unsure
from adnotice.detect.host_check import HostCheck
from adnotice.detect.presets import find_preset
from adnotice.detect.reliability import Sensor
from adnotice.detect.report import MAX_REPORT_BYTES, Found, Report, decode_report
from adnotice.detect.sampling import SLOW_SECONDS, Sampling
from adnotice.detect.sensors import Recent, Sensors
from adnotice.detect.settings import DetectSettings
from adnotice.detect.shares import Shares
from adnotice.detect.verdict import CLEAR, Evidence, Fate, Judgement, judge, judge_again, read_signs, shows_ads_allowed
from adnotice.detect.witness import Witnesses
from adnotice.http.admission import Rate
from adnotice.http.headers import header
from adnotice.http.messages import NO_STORE, Again, Answer, Ask, Asked, Endpoint, Rejected, Request, Routes, Rule, Visit
from adnotice.http.purpose import PREVIEW, PURPOSES, is_ahead, is_declined
from adnotice.http.static_files import Asset, make_sources
from adnotice.keys import Keys
from adnotice.mode import LookForMode
from adnotice.objection import keep_objection, objects
from adnotice.page import name_host, name_location
from adnotice.vocabulary import (
    BaitServed,
    Commit,
    Counted,
    Ground,
    Mode,
    Occurrence,
    Quiet,
    Record,
    Rejection,
    Verdict,
    ViewJudged,
)

READ: Final = Rule()
REPORT: Final = Rule(
    methods=("POST",),
    max_body_bytes=MAX_REPORT_BYTES,
    content_types=(b"application/json", b"text/plain"),
    same_origin=True,
    limited=True,
)
FIRST: Final = f"-0{SCRIPT.ending}"
FREQUENT_AN_HOUR: Final = 60
"""An address that reports more views than so many an hour is no single reader's: a company's, a carrier's, a forger's."""

NAME: Final = re.compile(r"[0-9a-f]{16}-[0-9]{1,2}\Z")
NOSNIFF: Final = header(b"x-content-type-options", "nosniff")
PRIVATE: Final = (
    NO_STORE,
    NOSNIFF,
    header(b"cross-origin-resource-policy", "same-origin"),
)
SCRIPT_HEADERS: Final = (header(b"content-type", "text/javascript"), *PRIVATE)
CURRENT_SCRIPT: Final = 'Reflect.get(Document.prototype,"currentScript",document)'
"""An element named currentScript stands before the document's own property, not before its prototype's."""
STYLE_HEADERS: Final = (header(b"content-type", "text/css"), *PRIVATE)
IMAGE_HEADERS: Final = (header(b"content-type", "image/gif"), *PRIVATE)
JSON_HEADERS: Final = (header(b"content-type", "application/json"), NO_STORE, NOSNIFF)


OBJECTED: Final = header(
    b"x-adnotice",
    msgspec.json.encode(Found(Verdict.UNKNOWN, None, Ground.OBJECTED, counted=False, quiet=None, notice=None)),
)
"""What the browser of a reader who objects is told, whatever it reported; it sets the flag by this."""


async def nobody_to_ask() -> Mode | None:
    """Where there is no store to ask for the mode."""
    return None


class Detection:
    """Finds out whether a view's ads are blocked.

    `mode` says the mode as far as it is fresh; where it is not, `look` has the store asked. `peace` says, as freshly, whether
    everyone is left in peace.
    """

    def __init__(
        self,
        settings: DetectSettings,
        *,
        keys: Keys,
        commit: Commit,
        ask: Ask,
        again: Again,
        mode: Callable[[], Mode | None],
        look: LookForMode = nobody_to_ask,
        recent: Recent | None = None,
        tell_bait: Record | None = None,
        clock: Callable[[], float] = time.time,
        peace: Callable[[], bool] = bool,
    ) -> None:
        self._settings = settings
        self._commit = commit
        self._tell_bait = tell_bait
        """Takes each view's first bait, where pages don't pass through here and so can't be counted."""
        self._ask = ask
        self._again = again
        self._mode = mode
        self._peace = peace
        self._look = look
        self._clock = clock
        self._witnesses = Witnesses(keys, settings.witness_minutes, clock)
        self._sampling = Sampling(settings.sample_rate)
        self._shares = Shares(keys, clock)
        self._client = make_client(settings, settings.sample_rate)
        self._halved: dict[int, tuple[int, Asset]] = {}
        """The client script of each step of halving, and the hour that it was made for."""
        address = find_preset(settings.ad_probe, "").url if settings.ad_probe and settings.ad_probe_look else ""
        self._sensors = Sensors(HostCheck(address, clock), recent, clock)
        self._often = Rate(FREQUENT_AN_HOUR, 3600.0)
        self._silence = make_silence()
        self._unsure = make_unsure()
        self.routes: Routes = {
            "client.js": Endpoint(READ, self._answer_client),
            **{name: serve(asset) for name, asset in {**make_parts(), **make_sources()}.items()},
            SCRIPT.folder: Endpoint(READ, self._answer_script),
            SCRIPT.control_folder: Endpoint(READ, self._answer_script),
            SIZED_SCRIPT.folder: Endpoint(READ, self._answer_script),
            IMAGE.folder: Endpoint(READ, self._answer_image),
            SIZED_IMAGE.folder: Endpoint(READ, self._answer_image),
            IMAGE.control_folder: Endpoint(READ, self._answer_image),
            STYLE.folder: Endpoint(READ, self._answer_style),
            STYLE.control_folder: Endpoint(READ, self._answer_style),
            "outcome": Endpoint(REPORT, self._answer_report),
        }

    async def _answer_client(self, request: Request) -> Answer:
        mode = self._mode() or await self._look()
        if mode is None:
            return self._unsure.answer(request)
        asset = self._silence if mode is Mode.OFF else self._client_at(self._sampling.halvings)
        return asset.answer(request)

    def _client_at(self, halvings: int) -> Asset:
        """The client script that measures the operator's share, so often halved, and says so."""
        if not halvings:
            return self._client
        hour, asset = self._halved.get(halvings, (0, self._client))
        if hour != self._shares.hour:
            share = self._sampling.rate(halvings)
            asset = make_client(self._settings, share, self._shares.sign(share))
            self._halved[halvings] = self._shares.hour, asset
        return asset

    async def _answer_script(self, request: Request) -> Answer:
        check_name(request.path, SCRIPT.ending)
        if self._tell_bait is not None and request.path.startswith(SCRIPT.folder) and request.path.endswith(FIRST):
            self._tell_bait(BaitServed(request.site))
        body = f'{CURRENT_SCRIPT}.dataset.witness="{self._witnesses.sign(request.path)}"\n'
        return Answer(200, SCRIPT_HEADERS, body.encode())

    async def _answer_image(self, request: Request) -> Answer:
        check_name(request.path, IMAGE.ending)
        return Answer(200, IMAGE_HEADERS, self._witnesses.image(request.path))

    async def _answer_style(self, request: Request) -> Answer:
        check_name(request.path, STYLE.ending)
        return Answer(200, STYLE_HEADERS, f'[witness="{self._witnesses.sign(request.path)}"]{{}}\n'.encode())

    async def _answer_report(self, request: Request) -> Answer:
        """Answers a report: 204, or 200 with what was found. Raises `Rejected` for one that is malformed, proves nothing or comes
        too often, `Unavailable` where it was not committed."""
        if objects(request):
            return Answer(204, (OBJECTED, NO_STORE, keep_objection(request)))
        report = decode_report(request.body)
        evidence, made = weigh(report, self._witnesses)
        found = judge(evidence)
        judgement = found if found.kind is None else await self._sensors.temper(found)
        if report.again is not None:
            return await self._check_again(report, request, evidence, judgement)
        visit = self._visit(report, request, evidence, judgement)
        mode = self._mode() or await self._look()
        if mode is Mode.OFF or unwanted(request, self._settings.honour_gpc):
            if mode is not Mode.OFF and request.headers.get(b"x-purpose") == PREVIEW:
                await self._commit(f"{report.id}:tried", self._witnesses.expiry(made), ())
            return answer_found(judgement, Asked(None), counted=False)
        asked = Asked(None) if report.asked else self._ask(visit, request)
        judged = self._describe(report, request, evidence, judgement, visit, asked)
        counted = await self._commit_timed(report.id, self._witnesses.expiry(made), (judged, *asked.occurrences))
        if counted is Counted.NOW:
            self._learn(found, evidence, made)
        elif asked.content is not None:
            asked = Asked(None, headers=asked.headers)  # what stands apart, or was answered before, is asked nothing
        if asked.content is not None and (self._mode() or await self._look()) is not Mode.ASK:
            asked = Asked(Quiet.MODE, headers=asked.headers)  # switched off, or unknown, since it was asked for
        elif asked.content is not None and self._peace():
            asked = Asked(Quiet.EVERYONE, headers=asked.headers)
        return answer_found(judgement, asked, counted=bool(counted))

    async def _check_again(self, report: Report, request: Request, evidence: Evidence, judgement: Judgement) -> Answer:
        """What is found for a reader who has allowed ads and looks again: no view, so nothing of it is counted here."""
        judgement = judge_again(judgement, evidence, report.asked_kind)
        visit = self._visit(report, request, evidence, judgement)
        asked = await self._again(report.again, visit, request) if report.again else Asked(None)
        return answer_found(judgement, asked, counted=False)

    def _visit(self, report: Report, request: Request, evidence: Evidence, judgement: Judgement) -> Visit:
        """What the notice's room is told of a judged view."""
        language = report.lang or request.header(b"accept-language")
        returning = report.returning and (
            judgement.verdict is not Verdict.CLEAR or shows_ads_allowed(evidence, report.asked_kind, again=False)
        )
        may_ask = report.may_ask or self._settings.ask_consent == "not-needed"
        page = name_location(report.page)
        standing = (report.marked, report.supporter, report.appeal, report.slot)
        verdict, kind, _ = judgement
        return Visit(report.id, page, verdict, kind, report.first, returning, language, may_ask, *standing)

    def _describe(
        self,
        report: Report,
        request: Request,
        evidence: Evidence,
        judgement: Judgement,
        visit: Visit,
        asked: Asked,
    ) -> ViewJudged:
        """What is counted of a judged view."""
        return ViewJudged(
            request.site,
            visit.page,
            judgement.verdict,
            judgement.kind,
            judgement.ground,
            asked.quiet is None and not report.asked,  # a reader who is thanked gets content too
            asked.quiet,
            request.headers.get(b"user-agent", b""),
            request.headers.get(b"accept-language", b""),
            name_host(report.referrer) if report.referrer and self._settings.count_referrers else "",
            read_signs(evidence) if judgement is not CLEAR else (),
            request.client is not None and self._often.wait(request.client) > 0,
            (report.share and self._shares.read(report.share)) or self._settings.sample_rate,
        )

    async def _commit_timed(self, view: str, expires: float, occurrences: tuple[Occurrence, ...]) -> Counted:
        """Commits, and has the measured share follow how long the store takes."""
        began = time.monotonic()
        try:
            counted = await self._commit(view, expires, occurrences)
        except Rejected:
            raise  # beyond the site's rate: it says nothing about the store
        except BaseException:
            self._sampling.answered(None)
            raise
        if (took := time.monotonic() - began) >= SLOW_SECONDS:
            self._sampling.answered(took)
        return counted

    def _learn(self, found: Judgement, evidence: Evidence, made: int) -> None:
        """Remembers what worked and what failed in a view that was counted."""
        if found.kind is not None:
            self._sensors.failed(found)
        if Fate.ARRIVED in evidence.script or Fate.ARRIVED in evidence.image:
            self._sensors.worked(Sensor.BAITS, made)
        if evidence.probe == "works":
            self._sensors.worked(Sensor.PROBE, made)


def serve(asset: Asset) -> Endpoint:
    """The endpoint that answers with this file."""

    async def answer(request: Request) -> Answer:
        return asset.answer(request)

    return Endpoint(READ, answer)


def check_name(path: str, ending: str) -> None:
    """Rejects (404) a name that no client of ours asks for."""
    name = path.rpartition("/")[2]
    if not (name.endswith(ending) and NAME.match(name[: -len(ending)])):
        raise Rejected(Rejection.NAME, f"names here are 16 hex digits, a hyphen, a number and {ending}")


def unwanted(request: Request, honour_gpc: bool) -> bool:
    """Whether the browser says that this is no view (prefetch, preview) or that it is not to be measured (GPC, DNT)."""
    headers = request.headers
    if any(is_ahead(headers[name]) for name in PURPOSES if name in headers):
        return True
    return honour_gpc and any(is_declined(headers.get(name, b"")) for name in (b"sec-gpc", b"dnt"))


def answer_found(judgement: Judgement, asked: Asked, *, counted: bool) -> Answer:
    """The answer to a report: what was found as JSON, in the body where something is shown."""
    if asked.content is None and not asked.headers:
        return answer_quietly(judgement, asked.quiet, counted)
    found = Found(judgement.verdict, judgement.kind, judgement.ground, counted, asked.quiet, asked.content)
    return Answer(200, (*JSON_HEADERS, *asked.headers), msgspec.json.encode(found))


@lru_cache(maxsize=512)
def answer_quietly(judgement: Judgement, quiet: Quiet | None, counted: bool) -> Answer:
    """The answer where nothing is shown, as nearly always: what was found stands in a header.

    A body would be a second write of the server's, and a second packet.
    """
    found = Found(judgement.verdict, judgement.kind, judgement.ground, counted, quiet, None)
    return Answer(204, (header(b"x-adnotice", msgspec.json.encode(found)), NO_STORE))
