"""The doctor's questions, asked as a browser asks them but marked so that nothing is counted."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpx

from adnotice import __version__
from adnotice.detect.baits import BAITS, Bait
from adnotice.detect.witness import probe_of
from adnotice.doctor.addresses import as_sent, can_be_asked, find_login
from adnotice.doctor.endpoints import read_witness
from adnotice.doctor.marks import sheets_of
from adnotice.doctor.observations import PageSeen, ProbeSeen, Seen, SiteSeen
from adnotice.doctor.pages import find_tags
from adnotice.doctor.site import find_workers, scripts_of

TIMEOUT_SECONDS: Final = 20.0
MAX_REDIRECTS: Final = 5
MAX_LINKED_PAGES: Final = 4
MAX_SHEETS: Final = 10
MAX_SCRIPTS: Final = 10
"""Scripts of the site that are read for a service worker."""
PAGE_TYPES: Final = "text/html,application/xhtml+xml,*/*;q=0.8"
UNCOUNTED: Final = {
    "User-Agent": f"Mozilla/5.0 (compatible; adnotice-doctor/{__version__})",
    # Neither pages nor reports asked for like this are counted. (Edges answer "Sec-Purpose: prefetch" in their own way.)
    "X-Purpose": "preview",
}
PLAIN: Final = "identity"
PACKED: Final = "gzip, deflate"


class LinkParser(HTMLParser):
    """Collects where a page's links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Takes note of a link."""
        if tag == "a":
            self.addresses += [value for name, value in attrs if name == "href" and value]


class Questioner:
    """Asks one site. `start` is the address of its first page, `prefix` where adnotice's addresses begin in the app."""

    def __init__(self, client: httpx.AsyncClient, start: str, prefix: str) -> None:
        self._client = client
        self._start = as_sent(start)
        self._prefix = prefix
        self._host = urlsplit(self._start).hostname
        self._login = find_login(start)

    async def look(self, paths: tuple[str, ...], *, public: bool) -> SiteSeen:
        """Asks for the pages (without `paths`: the first and some that it links to), then for our own addresses."""
        first = await self._see_page(self._start)
        origin = first.packed.url
        addresses = [urljoin(origin, path) for path in paths] or list(links_of(first.packed, self._prefix))
        pages = (first, *[await self._see_page(address) for address in addresses])
        base = urljoin(origin, self._find_base(pages))
        views = [secrets.token_hex(16) for _ in range(2)]
        probes = [await self._see_probe(base, views, name, bait) for name, bait in probes_of(self._prefix)]
        place = urlsplit(origin)
        return SiteSeen(
            public=public,
            scheme=place.scheme,
            host=place.netloc,
            src=urlsplit(base).path + "/client.js",
            pages=pages,
            client=await self._ask(base + "/client.js"),
            probes=tuple(probes),
            reports=tuple([await self._report(base, origin, view, probes, turn) for turn, view in enumerate(views)]),
            workers=tuple([await self._ask(address) for address in await self._find_workers(pages, base)]),
            sheets=tuple([await self._ask(address) for address in find_sheets(pages)]),
        )

    async def _find_workers(self, pages: tuple[PageSeen, ...], base: str) -> list[str]:
        """The service workers that the pages, or scripts of the site that they name, register."""
        place = urlsplit(pages[0].packed.url)
        named = dict.fromkeys(script for page in pages for script in scripts_of(page.packed))
        own = [each for each in named if urlsplit(each).netloc == place.netloc and not each.startswith(base + "/")]
        scripts = [await self._ask(address) for address in own[:MAX_SCRIPTS]]
        found = [address for seen in (*(page.packed for page in pages), *scripts) for address in find_workers(seen)]
        return [address for address in dict.fromkeys(found) if urlsplit(address).netloc == place.netloc][:MAX_SCRIPTS]

    def _find_base(self, pages: tuple[PageSeen, ...]) -> str:
        """Where the pages say that our addresses begin; without a tag, where they begin by the settings."""
        for page in pages:
            for tag in find_tags(page.packed.body) or find_tags(page.plain.body):
                return tag["src"].decode("latin-1").removesuffix("/client.js")
        return self._prefix

    async def _see_page(self, address: str) -> PageSeen:
        packed = await self._follow(address, PACKED)
        plain = await self._follow(packed.url, PLAIN)
        place = urlsplit(packed.url)
        return PageSeen(path=place.path or "/", plain=plain, packed=packed)

    async def _follow(self, address: str, coding: str) -> Seen:
        host = urlsplit(address).hostname
        for _ in range(MAX_REDIRECTS):
            seen = await self._ask(address, {"Accept": PAGE_TYPES, "Accept-Encoding": coding})
            target = urljoin(address, seen.header("location"))
            if not 300 <= seen.status < 400 or target == address:
                break
            if urlsplit(target).hostname != host and address != self._start:
                break
            address, host = target, urlsplit(target).hostname
        return seen

    async def _see_probe(self, base: str, views: list[str], name: str, bait: Bait) -> ProbeSeen:
        first, second = [
            await self._ask(f"{base}/{name.removeprefix(self._prefix).lstrip('/')}{probe_of(view)}-0{bait.ending}")
            for view in views
        ]
        return ProbeSeen(name=name, family=bait.name, first=first, second=second)

    async def _report(self, base: str, page: str, view: str, probes: list[ProbeSeen], turn: int) -> Seen:
        """Posts what client.js would post of this view."""
        place = urlsplit(page)
        witnesses = {
            name: [read_witness(probe.second if turn else probe.first, probe.family)]
            for name, probe in zip(REPORTED, probes, strict=True)
        }
        headers = {"Content-Type": "application/json", "Origin": f"{place.scheme}://{place.netloc}", "Referer": page}
        if place.scheme == "https":  # browsers tell this to secure origins only
            headers |= {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}
        body = json.dumps({"id": view, "page": place.path or "/", **witnesses}).encode()
        return await self._ask(base + "/outcome", headers, body)

    async def _ask(self, address: str, headers: dict[str, str] | None = None, body: bytes | None = None) -> Seen:
        method = "GET" if body is None else "POST"
        address = as_sent(address)
        if not can_be_asked(address):  # where a redirect leads
            return Seen(url=address, problem="no answer: such an address can't be asked")
        try:
            login = self._login if urlsplit(address).hostname == self._host else None
            asked = {**UNCOUNTED, **(headers or {})}
            got = await self._client.request(method, address, headers=asked, content=body, auth=login)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Seen(url=address, problem=f"no answer: {type(error).__name__} {error}".strip())
        return Seen(url=address, status=got.status_code, headers=tuple(got.headers.raw), body=got.content)


REPORTED: Final = tuple(name for bait in BAITS for name in (bait.name, f"{bait.name}_control"))
"""What a report calls the witnesses of baits and controls, in the order of `probes_of`."""


def find_sheets(pages: tuple[PageSeen, ...]) -> list[str]:
    """The style sheets of the site that pages with own words name."""
    named = (urljoin(page.packed.url, sheet) for page in pages for sheet in sheets_of(page.packed.body))
    place = urlsplit(pages[0].packed.url)
    return [each for each in dict.fromkeys(named) if urlsplit(each).netloc == place.netloc][:MAX_SHEETS]


def probes_of(prefix: str) -> Iterator[tuple[str, Bait]]:
    """The folders of baits and controls."""
    for bait in BAITS:
        yield f"{prefix}/{bait.folder}", bait
        yield f"{prefix}/{bait.control_folder}", bait


def links_of(page: Seen, prefix: str) -> Iterator[str]:
    """Some pages of the same site that this page links to."""
    if page.problem or page.media_type != "text/html":
        return
    parser = LinkParser()
    parser.feed(page.body.decode("utf-8", "replace"))
    place = urlsplit(page.url)
    known = {place.path or "/"}
    for address in parser.addresses:
        target = urlsplit(urljoin(page.url, address))
        path = target.path or "/"
        is_page = PurePosixPath(path).suffix.lower() in ("", ".html", ".htm", ".php")
        if (target.scheme, target.netloc) != (place.scheme, place.netloc) or path in known or not is_page:
            continue
        if path.startswith(prefix + "/"):
            continue
        known.add(path)
        yield f"{target.scheme}://{target.netloc}{path}" + (f"?{target.query}" if target.query else "")
        if len(known) > MAX_LINKED_PAGES:
            return
