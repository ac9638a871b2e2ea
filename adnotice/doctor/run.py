"""`adnotice doctor`: asks, judges, prints."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Final

import msgspec

from adnotice.doctor.addresses import can_be_asked
from adnotice.doctor.endpoints import judge_endpoints
from adnotice.doctor.observations import SiteSeen
from adnotice.doctor.pages import carries_tag, judge_failure, judge_page, judge_silence
from adnotice.doctor.site import judge_site
from adnotice.finding import Finding, Weight

Write = Callable[[str], None]

LABELS: Final = {Weight.WRONG: "WRONG", Weight.LOOK: "LOOK", Weight.KNOW: "NOTE"}


def run_doctor(
    target: str,
    *,
    paths: Sequence[str] = (),
    prefix: str = "/_adnotice",
    host: str = "localhost",
    today: date | None = None,
    as_json: bool = False,
    write: Write = print,
    complain: Write | None = None,
) -> int:
    """Examines a public URL, or an app named as module:app, and prints what is to mend, `as_json` for programs. Why it could not
    be examined goes to `complain`, else where all goes.

    `paths` are the pages to ask for (else the first one and some that it links to), `prefix` the setting prefix, `host`
    the Host that an app is asked by, `today` a date of UTC, by default this one. Returns 0 when nothing is wrong, 1 when something is, 2 when it could not be
    examined.
    """
    complain = complain or write
    try:
        from adnotice.doctor.application import NotFound
        from adnotice.doctor.examine import examine
    except ModuleNotFoundError as error:
        if error.name != "httpx":
            raise
        complain("adnotice doctor needs httpx. Install it with: pip install 'adnotice[doctor]'")
        return 2
    if fault := find_fault(target):
        complain(fault)
        return 2
    try:
        site = asyncio.run(examine(target, tuple(paths), prefix, host))
    except NotFound as error:
        complain(str(error))
        return 2
    findings = judge(site, prefix, today)
    for line in [to_json(site, findings)] if as_json else lay_out(site, findings):
        write(line)
    return 1 if any(finding.weight is Weight.WRONG for finding in findings) else 0


def find_fault(target: str) -> str:
    """Why this can be no target, with the remedy; empty where it can be one."""
    if "://" not in target:
        if names_app(target):
            return ""
        return (
            f"name a URL such as https://news.example or an app such as module:app, got {target!r}. "
            f"If that is an address: http://{target}"
        )
    if can_be_asked(target) and not any(map(str.isspace, target)):
        return ""
    return f"name a URL of http or https, with a host and, if it has one, a port up to 65535, got {target!r}"


def names_app(target: str) -> bool:
    """Whether the target has the form module:app, which an address with a port has not; a module's name may be any of a file."""
    module, _, attribute = target.partition(":")
    return bool(module) and all(part.isidentifier() for part in attribute.split("."))


def judge(site: SiteSeen, prefix: str, today: date | None = None) -> list[Finding]:
    """Everything to say about the site on this day, pages first."""
    if not_there := judge_silence(site):
        return [not_there]
    folder = site.src.removesuffix("client.js")
    pages = [finding for page in site.pages for finding in judge_page(page, site, prefix)]
    if all(finding.weight is Weight.KNOW for finding in pages):
        pages = list(judge_failure(site)) or pages
    return [*pages, *judge_endpoints(site, folder), *judge_site(site, prefix, today)]


def gather(findings: Sequence[Finding]) -> list[tuple[Finding, list[str]]]:
    """Findings that say the same of several addresses, as one: its first, and all the addresses."""
    gathered: dict[tuple[str, str], tuple[Finding, list[str]]] = {}
    for finding in findings:
        gathered.setdefault((finding.found, finding.do), (finding, []))[1].append(finding.about)
    return list(gathered.values())


def to_json(site: SiteSeen, findings: Sequence[Finding]) -> str:
    """The pages, each with whether it carries the tag, and the findings, each with all the addresses that it is of."""
    told = {
        "pages": [{"path": page.path, "tag": carries_tag(page)} for page in site.pages],
        "findings": [
            {
                "weight": finding.weight,
                "about": list(dict.fromkeys(places)),
                "found": finding.found,
                "came": finding.came,
                "do": finding.do,
            }
            for finding, places in gather(findings)
        ],
    }
    return msgspec.json.encode(told).decode()


def lay_out(site: SiteSeen, findings: Sequence[Finding]) -> Iterator[str]:
    """The lines to print: the pages where all is well, then what is wrong and where, then the sum."""
    told = {finding.about for finding in findings}
    for path in dict.fromkeys(page.path for page in site.pages):
        if path not in told:
            yield f"ok     {path}"
    for finding, places in gather(findings):
        yield f"{LABELS[finding.weight]:<6} {', '.join(dict.fromkeys(places))}"
        yield f"         {finding.found}"
        yield f"  came:  {finding.came}"
        yield f"  mend:  {finding.do}"
    tagged = sum(carries_tag(page) for page in site.pages)
    wrong = sum(finding.weight is Weight.WRONG for finding, _ in gather(findings))
    yield ""
    yield f"{tagged} of {len(site.pages)} pages carry the tag; {wrong} wrong, {len(gather(findings)) - wrong} to know"
