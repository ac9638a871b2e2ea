"""What is wrong with our own addresses as the edge delivers them: client.js, baits, controls, the report."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from itertools import chain
from typing import Final

from adnotice.detect.baits import IMAGE, SCRIPT, STYLE
from adnotice.doctor.challenges import is_challenge
from adnotice.doctor.observations import ProbeSeen, Seen, SiteSeen, cut
from adnotice.finding import Finding, Weight
from adnotice.standby import REASON as NOT_SET_UP

MAX_CLIENT_SECONDS: Final = 300
MIN_CLIENT_BYTES: Final = 500
_MEND_STORE: Final = "Mend the store: the log of adnotice, and the dashboard's health page, say what it lacks"
_UNSURE: Final = b"waits for its store"
_TOKEN: Final = re.compile(rb'witness="([^"]+)"')
_SCRIPT_TYPES: Final = ("text/javascript", "application/javascript")
_TYPES: Final = {SCRIPT.name: _SCRIPT_TYPES, IMAGE.name: ("image/gif",), STYLE.name: ("text/css",)}
_GIF: Final = struct.Struct("<6sHH")
_MAX_AGE: Final = re.compile(r"(?:s-maxage|max-age)\s*=\s*\"?([0-9]+)", re.IGNORECASE)

_HAND_ALL_ON: Final = "Hand everything below {folder} to the app untouched and uncached; in nginx: location ^~ {folder} {{ proxy_pass …; }}"


def read_witness(seen: Seen, family: str) -> str:
    """The witness in a bait or control as client.js would find it; empty when there is none."""
    if seen.problem or seen.status != 200:
        return ""
    if family == IMAGE.name:
        if len(seen.body) < _GIF.size or not seen.body.startswith(b"GIF8"):
            return ""
        _, width, height = _GIF.unpack_from(seen.body)
        return f"{width}x{height}"
    found = _TOKEN.search(seen.body)
    return found[1].decode("latin-1") if found else ""


def judge_endpoints(site: SiteSeen, folder: str) -> Iterator[Finding]:
    """Everything that is wrong with our own addresses. `folder` is where they begin, with a slash at the end."""
    if not site.public and site.client.status == 404 and not site.client.header("x-adnotice"):
        yield _wrong(
            f"{folder}client.js",
            "the app does not answer for adnotice",
            site.client.summary,
            "Wrap the app: app = AdNoticeMiddleware(app, secret_key=…), and name what comes out of it. With a prefix of "
            "your own, name that too: --prefix",
        )
        return
    yield from _judge_client(site.client, folder)
    yield from chain.from_iterable(_judge_probe(probe, folder) for probe in site.probes)
    if any(_same_witness(probe) for probe in site.probes):
        return  # what became of the reports follows from that
    deciding = (probe for probe in site.probes if probe.family != STYLE.name)  # no report rests on a stylesheet
    arrived = any(read_witness(probe.first, probe.family) for probe in deciding)
    reports = (_judge_report(report, folder, arrived=arrived) for report in site.reports)
    yield from filter(None, reports)


def _judge_client(seen: Seen, folder: str) -> Iterator[Finding]:
    about = f"{folder}client.js"
    if refused := _judge_delivery(about, seen, folder, _SCRIPT_TYPES):
        yield refused
        return
    if _UNSURE in seen.body:
        yield _wrong(
            about,
            "the script is empty: the store can't say whether adnotice is switched on, and takes no counts",
            seen.summary,
            _MEND_STORE,
        )
    elif len(seen.body) < MIN_CLIENT_BYTES:
        yield Finding(
            weight=Weight.KNOW,
            about=about,
            found="the script is empty: adnotice is switched off here",
            came=seen.summary,
            do="Switch it on with: adnotice mode measure",
        )
    ages = [int(age) for age in _MAX_AGE.findall(seen.header("cache-control"))]
    if not ages or max(ages) > MAX_CLIENT_SECONDS:
        yield _wrong(
            about,
            f"an edge changes how long browsers keep the script: more than {MAX_CLIENT_SECONDS} s, so a new mode or version comes late",
            f"Cache-Control: {seen.header('cache-control') or 'none'}",
            f"Leave our Cache-Control alone below {folder} (nginx: no expires there; Cloudflare: Browser Cache TTL "
            '"Respect Existing Headers")',
        )


def _judge_probe(probe: ProbeSeen, folder: str) -> Iterator[Finding]:
    for seen in (probe.first, probe.second):
        if refused := _judge_delivery(probe.name, seen, folder, _TYPES[probe.family]):
            yield refused
            return
        if not read_witness(seen, probe.family):
            yield _wrong(
                probe.name,
                "it arrives altered: its witness is gone, so it proves nothing",
                f"{seen.summary}: {cut(seen.body, 80)!r}",
                f"Switch off minifying, image optimising and rewriting below {folder}",
            )
            return
    if _same_witness(probe):
        yield _wrong(
            probe.name,
            "two views got one witness: a cache answers, and reports of every view but one are refused",
            probe.second.cached_by
            or f"the same {probe.second.summary} for {cut(probe.first.url)} and {cut(probe.second.url)}",
            f"Cache nothing below {folder}: our answers say Cache-Control: no-store (nginx: proxy_cache off there, no "
            "proxy_ignore_headers)",
        )
    elif cached := probe.first.cached_by or probe.second.cached_by:
        yield _wrong(probe.name, "it was answered by a cache", cached, f"Cache nothing below {folder}")
    elif "no-store" not in probe.first.header("cache-control"):
        yield _wrong(
            probe.name,
            "an edge takes off Cache-Control: no-store, so browsers and caches may keep what proves one view only",
            f"Cache-Control: {probe.first.header('cache-control') or 'none'}",
            f"Leave our headers alone below {folder} (nginx: no expires and no proxy_hide_header there)",
        )


def _judge_report(seen: Seen, folder: str, *, arrived: bool) -> Finding | None:
    about = f"{folder}outcome"
    said = seen.header("x-adnotice")
    if '"verdict"' in said or (seen.media_type == "application/json" and b'"verdict"' in seen.body):
        return None
    if seen.status == 204:
        return _wrong(
            about,
            "an edge takes off the header X-AdNotice, in which browsers are told what was found",
            f"204, X-AdNotice: {cut(said) or 'none'}",
            f"Leave our headers alone below {folder} (nginx: no proxy_hide_header there)",
        )
    if "cross-site" in said:
        return _wrong(
            about,
            "the app sees another Host than the browser asked for, and so takes the site's own reports for another site's",
            f"403, X-AdNotice: {cut(said)}",
            "Hand the Host on; in nginx: proxy_set_header Host $host; (with a port that is not the default: $http_host)",
        )
    if said == NOT_SET_UP:
        return _not_set_up(about)
    if seen.status == 503 and said:
        return _wrong(
            about,
            "the store does not take counts",
            f"503, X-AdNotice: {cut(said)}",
            _MEND_STORE,
        )
    if seen.status == 403 and "witness" in said:
        if not arrived:
            return None  # told already: no bait and no control came, so there was nothing to report
        return _wrong(
            about,
            "a report with witnesses fetched a moment ago is refused: workers or machines differ in secret_key, or a clock is off",
            f"403, X-AdNotice: {cut(said)}",
            "Give all workers and machines one secret_key, and keep their clocks right",
        )
    if said:
        return _wrong(
            about, "the report is refused", f"{seen.status}, X-AdNotice: {cut(said)}", "Do what the reason says"
        )
    return _judge_delivery(about, seen, folder, ("application/json",)) or _wrong(
        about,
        "what came is not our answer",
        f"{seen.summary}: {cut(seen.body, 80)!r}",
        _HAND_ALL_ON.format(folder=folder),
    )


def _judge_delivery(about: str, seen: Seen, folder: str, types: tuple[str, ...]) -> Finding | None:
    if seen.problem:
        return _wrong(about, "it does not answer", seen.problem, "Look whether the edge lets this address through")
    if is_challenge(seen):
        return _wrong(
            about,
            "an edge answers with a challenge, which a script or picture can't solve: such readers are not measured",
            seen.summary,
            f"Exempt {folder} from challenges and bot rules at the edge",
        )
    if 300 <= seen.status < 400:
        return _wrong(
            about,
            "it is redirected",
            f"{seen.status} to {cut(seen.header('location'))}",
            f"Redirect nothing below {folder}",
        )
    if seen.header("x-adnotice") == NOT_SET_UP:
        return _not_set_up(about)
    if seen.header("x-adnotice"):
        return _wrong(
            about,
            "adnotice refuses it",
            f"{seen.status}, X-AdNotice: {cut(seen.header('x-adnotice'))}",
            "Do what the reason says",
        )
    if seen.status in (404, 405):
        return _wrong(
            about,
            "something in front of the app answers in its place: adnotice names itself in each refusal, this one does not. "
            "Often it is a rule for static files, such as location ~* \\.(js|gif)$",
            seen.summary,
            _HAND_ALL_ON.format(folder=folder)
            + " (^~ wins over rules with ~ and ~*). Where nothing is in front, the app "
            "is not wrapped in AdNoticeMiddleware",
        )
    if seen.status == 200 and seen.body[:200].lstrip().lower().startswith((b"<!doctype html", b"<html")):
        return _wrong(
            about,
            "a page comes back in its place: a login, or the fallback that a single-page app has for unknown addresses",
            f"{seen.summary}: {cut(seen.body, 80)!r}",
            _HAND_ALL_ON.format(folder=folder),
        )
    if seen.status != 200 or seen.media_type not in types:
        return _wrong(
            about,
            f"something else than {types[0]} comes back",
            f"{seen.summary}: {cut(seen.body, 80)!r}",
            _HAND_ALL_ON.format(folder=folder),
        )
    return None


def _same_witness(probe: ProbeSeen) -> bool:
    first, second = (read_witness(seen, probe.family) for seen in (probe.first, probe.second))
    return bool(first) and first == second


def _not_set_up(about: str) -> Finding:
    return _wrong(
        about,
        "adnotice leaves the site alone: its settings can't be used",
        f"503, X-AdNotice: {NOT_SET_UP}",
        "Mend the settings: the app's log lists what is wrong where it begins (of module:app it is printed here)",
    )


def _wrong(about: str, what: str, came: str, mend: str) -> Finding:
    return Finding(weight=Weight.WRONG, about=about, found=what, came=came, do=mend)
