"""Our own addresses as an edge delivers them: what nginx does not do by itself, with made-up answers."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest

from adnotice.detect.client import make_silence, make_unsure
from adnotice.doctor.endpoints import judge_endpoints, read_witness
from adnotice.doctor.observations import Headers, ProbeSeen, Seen, SiteSeen
from adnotice.finding import Finding, Weight

SCRIPT_HEADERS: Headers = ((b"content-type", b"text/javascript"), (b"cache-control", b"no-store"))
IMAGE_HEADERS: Headers = ((b"content-type", b"image/gif"), (b"cache-control", b"no-store"))
JSON_HEADERS: Headers = ((b"content-type", b"application/json"),)


def script(token: str) -> Seen:
    body = f'document.currentScript.dataset.witness="{token}"\n'.encode()
    return Seen(url=f"https://news.example/{token}.js", status=200, headers=SCRIPT_HEADERS, body=body)


def picture(width: int) -> Seen:
    body = struct.pack("<6sHH", b"GIF89a", width, 99) + bytes(20)
    return Seen(url=f"https://news.example/{width}.gif", status=200, headers=IMAGE_HEADERS, body=body)


BAIT = ProbeSeen(name="/_adnotice/adverts/adserve/", family="script", first=script("a.1"), second=script("b.2"))
IMAGE = ProbeSeen(name="/_adnotice/pix/ads/images/", family="image", first=picture(20), second=picture(21))
REPORT = Seen(
    url="https://news.example/outcome", status=204, headers=((b"x-adnotice", b'{"verdict":"clear"}'),), body=b""
)
CLIENT = Seen(
    url="https://news.example/_adnotice/client.js",
    status=200,
    headers=((b"content-type", b"text/javascript; charset=utf-8"), (b"cache-control", b"public, max-age=300")),
    body=b"x" * 3000,
)
SITE = SiteSeen(
    public=True,
    scheme="https",
    host="news.example",
    src="/_adnotice/client.js",
    pages=(),
    client=CLIENT,
    probes=(BAIT, IMAGE),
    reports=(REPORT, REPORT),
)


def judge(site: SiteSeen) -> list[Finding]:
    return list(judge_endpoints(site, "/_adnotice/"))


def refused(status: int, reason: bytes) -> Seen:
    return replace(
        REPORT, status=status, headers=((b"content-type", b"text/plain"), (b"x-adnotice", reason)), body=reason
    )


def test_nothing_is_found_where_everything_arrives() -> None:
    assert judge(SITE) == []


def test_witnesses_are_read_as_the_browser_reads_them() -> None:
    assert read_witness(script("a.1"), "script") == "a.1"
    assert read_witness(picture(20), "image") == "20x99"
    assert read_witness(replace(picture(20), body=b"GIF89a"), "image") == ""
    assert read_witness(replace(script("a.1"), status=404), "script") == ""


@pytest.mark.parametrize(
    ("probe", "second"),
    [(BAIT, replace(BAIT.first, url="https://news.example/b.2.js")), (IMAGE, picture(20))],
)
def test_one_witness_for_two_views_is_a_cache(probe: ProbeSeen, second: Seen) -> None:
    (finding,) = judge(
        replace(SITE, probes=(replace(probe, second=second),), reports=(refused(403, b"witness forged"),))
    )
    assert "two views got one witness" in finding.found
    assert "no-store" in finding.do


def test_a_cache_that_tells_is_named_although_the_witnesses_differ() -> None:
    (finding,) = judge(
        replace(SITE, probes=(replace(BAIT, second=replace(BAIT.second, headers=(*SCRIPT_HEADERS, (b"age", b"4")))),))
    )
    assert finding.came == "age: 4"


def test_a_minified_bait_is_told() -> None:
    altered = replace(BAIT.first, body=b"document.currentScript.dataset.w=1")
    (finding,) = judge(replace(SITE, probes=(replace(BAIT, first=altered),)))
    assert "its witness is gone" in finding.found
    assert "Switch off minifying" in finding.do


def test_an_optimised_picture_is_told() -> None:
    optimised = replace(picture(20), headers=((b"content-type", b"image/webp"),), body=b"RIFF....WEBP")
    (finding,) = judge(replace(SITE, probes=(replace(IMAGE, first=optimised),)))
    assert "something else than image/gif" in finding.found


def test_a_script_that_is_switched_off_is_something_to_know() -> None:
    (finding,) = judge(replace(SITE, client=replace(CLIENT, body=b"/* off */")))
    assert finding.weight is Weight.KNOW
    assert "adnotice mode measure" in finding.do


def test_an_app_without_adnotice_is_told_so_once() -> None:
    missing = Seen(url="http://localhost/", status=404, headers=JSON_HEADERS, body=b"{}")
    probes = tuple(replace(probe, first=missing, second=missing) for probe in (BAIT, IMAGE))
    (finding,) = judge(replace(SITE, public=False, client=missing, probes=probes, reports=(missing, missing)))
    assert "Wrap the app" in finding.do


@pytest.mark.parametrize(
    ("report", "said"),
    [
        (refused(403, b"witness forged: it was not signed here for this view"), "one secret_key"),
        (
            refused(403, b"cross-site: the Origin header names another site than the Host header"),
            "proxy_set_header Host",
        ),
        (refused(503, b"store unavailable"), "Mend the store: the log of adnotice"),
        (refused(429, b"too many"), "Do what the reason says"),
        (replace(REPORT, status=405, headers=((b"content-type", b"text/html"),), body=b""), "location ^~ /_adnotice/"),
        (replace(REPORT, status=200, headers=JSON_HEADERS, body=b"[]"), "location ^~ /_adnotice/"),
        (replace(REPORT, headers=()), "no proxy_hide_header"),
        (Seen(url="x", problem="no answer: ReadTimeout"), "lets this address through"),
    ],
)
def test_a_report_that_is_not_taken_is_explained(report: Seen, said: str) -> None:
    found = judge(replace(SITE, reports=(REPORT, report)))
    assert [said in finding.do for finding in found] == [True]


def test_a_refused_report_without_any_witness_repeats_nothing() -> None:
    gone = replace(BAIT.first, status=404, headers=((b"content-type", b"text/html"),), body=b"")
    found = judge(
        replace(SITE, probes=(replace(BAIT, first=gone),), reports=(refused(403, b"no witness: a report needs one"),))
    )
    assert [finding.about for finding in found] == [BAIT.name]


def test_a_store_that_cannot_say_the_mode_is_told_apart_from_a_site_that_is_switched_off() -> None:
    for asset, level, said in (
        (make_unsure(), Weight.WRONG, "the store can't say"),
        (make_silence(), Weight.KNOW, "off"),
    ):
        (finding,) = judge(replace(SITE, client=replace(CLIENT, body=asset.plain.body)))
        assert finding.weight is level
        assert said in finding.found
