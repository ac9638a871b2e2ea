"""What the doctor says of a site as a whole: objecting, an ad script that could be watched, a worker that answers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from adnotice.detect.bait_age import VERIFIED
from adnotice.detect.client import make_client, make_silence
from adnotice.detect.presets import PRESETS
from adnotice.detect.settings import DetectSettings
from adnotice.doctor.observations import PageSeen, Seen, SiteSeen
from adnotice.doctor.site import find_workers, judge_site, line_for
from adnotice.finding import Finding, Weight

ORIGIN = "https://news.example.test"
LINK = '<a href="/_adnotice/about">What is measured here</a>'
CACHE_FIRST = b"""
self.addEventListener("fetch", (event) => {
  event.respondWith(caches.match(event.request).then((kept) => kept || fetch(event.request)));
});
"""


def judge(*bodies: str, workers: tuple[bytes, ...] = (), today: date = VERIFIED, **settings: object) -> list[Finding]:
    pages = [Seen(url=f"{ORIGIN}/{n}", status=200, body=body.encode()) for n, body in enumerate(bodies)]
    site = SiteSeen(
        public=True,
        scheme="https",
        host="news.example.test",
        src="/_adnotice/client.js",
        pages=tuple(PageSeen(path=f"/{n}", plain=page, packed=page) for n, page in enumerate(pages)),
        client=Seen(url="", status=200, body=make_client(DetectSettings(**settings), 1.0).plain.body),  # type: ignore[arg-type]
        probes=(),
        reports=(),
        workers=tuple(Seen(url=f"{ORIGIN}/sw.js", status=200, body=body) for body in workers),
    )
    return list(judge_site(site, "/_adnotice", today))


@pytest.mark.parametrize(("days", "told"), [(30, False), (31, True)])
def test_baits_that_were_last_looked_at_long_ago_fail_the_examination(days: int, told: bool) -> None:
    found = judge(LINK, today=VERIFIED + timedelta(days=days))
    assert [each.weight for each in found] == [Weight.WRONG] * told
    assert all(VERIFIED.isoformat() in each.came for each in found)


def test_a_site_whose_pages_link_to_about_is_told_nothing() -> None:
    assert judge("<p>no link here", LINK) == []


def test_a_site_where_nobody_finds_the_way_to_object_is_told() -> None:
    (finding,) = judge("<p>news", '<a href="/about">us</a>')
    assert (finding.weight, finding.about) == (Weight.KNOW, "/_adnotice/about")
    assert "where readers can object" in finding.found
    assert finding.came == "2 pages without a link to it"


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize(
    "tag", ['<script async src="{}"></script>', "<script src='{}' async></script>", "<SCRIPT SRC={}>"]
)
def test_an_ad_script_that_could_be_watched_is_named(name: str, tag: str) -> None:
    page = LINK + tag.format(PRESETS[name].url or "/js/prebid9.2.js")
    (finding,) = judge(page)
    assert finding.do == f'Set ad_probe="{name}" to find those too'
    assert "the real rate is probably higher" in finding.found
    assert judge(page, ad_probe=name) == []


def test_nothing_is_suggested_for_other_scripts_or_while_the_mode_is_off() -> None:
    assert judge(LINK + '<script src="/js/app.js"></script>') == []
    page = Seen(url=ORIGIN, status=200, body=(LINK + f'<script src="{PRESETS["gpt"].url}">').encode())
    site = SiteSeen(
        public=True,
        scheme="https",
        host="news.example.test",
        src="/_adnotice/client.js",
        pages=(PageSeen(path="/", plain=page, packed=page),),
        client=Seen(url="", status=200, body=make_silence().plain.body),
        probes=(),
        reports=(),
    )
    assert list(judge_site(site, "/_adnotice")) == []


@pytest.mark.parametrize(
    "worker",
    [
        CACHE_FIRST,
        b"onfetch = (event) => event.respondWith(fetch(event.request))",
        b"self.onfetch=e=>e.respondWith(fetch(e.request))",
        b"addEventListener('fetch', answer)",
        b"workbox.routing.registerRoute(({request}) => request.destination === 'script', strategy)",
    ],
)
def test_a_worker_that_answers_for_us_is_told_the_line_that_mends_it(worker: bytes) -> None:
    (finding,) = judge(LINK, workers=(worker,))
    assert finding.about == "/sw.js"
    assert line_for("/_adnotice/") in finding.do
    assert judge(LINK, workers=(line_for("/_adnotice/").encode() + worker,)) == []


@pytest.mark.parametrize(
    "worker", [b"", b'self.addEventListener("push", show)', b"addEventListener('install', e => skipWaiting())"]
)
def test_a_worker_that_answers_nothing_is_left_alone(worker: bytes) -> None:
    assert judge(LINK, workers=(worker,)) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("navigator.serviceWorker.register('/sw.js')", [ORIGIN + "/sw.js"]),
        ('navigator.serviceWorker\n  .register( "worker.js", {scope: "/"})', [ORIGIN + "/a/worker.js"]),
        ("navigator.serviceWorker.register(`./w.js?v=1`)", [ORIGIN + "/a/w.js?v=1"]),
        ("navigator.serviceWorker.register(address)", []),
        ("register('/sw.js')", []),
    ],
)
def test_workers_are_found_where_they_are_registered_by_an_address(text: str, found: list[str]) -> None:
    assert find_workers(Seen(url=ORIGIN + "/a/page", body=text.encode())) == found
