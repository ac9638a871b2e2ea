"""The settings as keywords, for editors to complete and mypy and pyright to check. Made from the rooms' settings by `make docs`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypedDict

from starlette.requests import Request
from starlette.types import Scope

from adnotice.http.messages import Request as ReportRequest
from adnotice.vocabulary import Mode


class Keywords(TypedDict, total=False):
    """What `AdNoticeMiddleware(app, …)`, `AdNotice(app, …)` and `Settings.of(…)` take; Django's `ADNOTICE = {…}` too."""

    secret_key: str | Sequence[str]
    """One secret of at least 32 characters, or several to rotate: the last signs, all verify."""

    site_name: str
    """The site's name as readers know it."""

    enabled: bool
    """False: as if adnotice were not there, whatever the store says; nothing is opened, not even a file, and no secret
    is needed. In the environment it stands above keywords too. For a site's own tests: `adnotice.testing`."""

    mode: Mode | Literal["off", "measure", "ask"]
    """The mode until `adnotice mode` says otherwise: off, measure or ask."""

    prefix: str
    """Where our own addresses begin."""

    site: str
    """The name under which this site's counts are kept."""

    hosts: Mapping[str, str]
    """Host names to site names, for several sites in one process. When given, other hosts are neither injected nor
    counted."""

    include: str | Sequence[str]
    """Globs of paths that carry the tag; empty: all."""

    exclude: str | Sequence[str]
    """Globs of paths that don't."""

    skip: Callable[[Scope], bool] | None
    """The operator's own predicate: true leaves the page alone. Only for pages that are not cached."""

    honour_gpc: bool
    """No bait and no report for readers whose browser says GPC or DNT."""

    measure_consent: Literal["not-needed", "required"]
    """`required`: no bait and no report before the site's script has called `adnotice.consent({measure: true})`. Who
    refuses to be measured is never asked. See docs/privacy.md."""

    ask_consent: Literal["not-needed", "required"]
    """`required`: nobody is asked before `adnotice.consent({ask: true})`. A consent to be measured is none to be
    asked."""

    sample_rate: float
    """The share of views that are measured, drawn in the browser before anything is asked for."""

    count_navigations: bool
    """Counts each page that a single-page app shows without loading it as a view of its own."""

    count_referrers: bool
    """Counts views also by the host of the other site that led the reader here; the host alone, at most 200 by name."""

    ad_probe: str
    """The ad script that the site uses: `adsense`, `gpt`, `prebid`, `amazon`, or its address (https://…). Shows
    blocking by DNS and by tracker lists, which our own baits can't."""

    ad_probe_effect: str
    """The global that the script at an own address defines, dots allowed: `myAds.ready`."""

    ad_probe_load: bool
    """Lets adnotice load the ad script itself on pages that don't."""

    ad_probe_consent: str
    """The consent tool to ask before anything is said of the ad script: `tcf`, `google`, or the name of a function of
    the site's that returns true, false, or undefined while the reader has not chosen; empty: none is needed."""

    ad_probe_look: bool
    """Lets the server ask for the ad script's address (HEAD, at most every 5 seconds, only while readers' browsers fail
    to get it) to tell an ad host that is down from readers who block it."""

    expose_verdict: bool
    """Gives the site's own scripts `window.adnotice.verdict`."""

    witness_minutes: int
    """How long a bait's witness is valid, and so how long a report may be retried."""

    languages: str | Sequence[str]
    """The languages that readers are spoken to in, the site's own first: each page's own where it is among them. All
    but English need words that somebody has approved: `adnotice wording`. See docs/translating.md."""

    wording_folder: str
    """Where approved words are kept, one file a language; no upgrade changes them."""

    wording: Mapping[str, str]
    """The operator's own sentences by name, in the first of the languages; the rest are ours. `{site}` stands for the
    site's name. All names: `adnotice wording --names`."""

    ads_are: str
    """A line that is true of the site's ads, such as "No pop-ups, no sound": it stands under "More" where readers are
    spoken to in the first of the languages, which it is written in."""

    support_links: Mapping[str, str]
    """Other ways to support the site: label to address (https:// or a path of this site)."""

    ask_on_first_page: bool
    """Ask on the first page of a visit too."""

    ask_delay_seconds: int
    """Ask once the page has been looked at for so long after its verdict. A place that the page marks does not wait."""

    ask_scroll_percent: int
    """Ask once so much of the page's height has been in the window: 0 at once, 100 at its end. A place that the page
    marks does not wait."""

    not_now_days: int
    """How long "not now" holds."""

    ask_exclude: str | Sequence[str]
    """Globs of paths where nobody is asked."""

    ask: Callable[[ReportRequest], bool] | None
    """The operator's own predicate over the view's report: false leaves the reader in peace. Where it fails, too."""

    count_allowed: bool
    """Remember for up to 180 days, in a cookie with the month, that a check found ads allowed: page views with ads
    since are counted, and the reader is not asked again. Readers are to be told; see docs/privacy.md."""

    quiet_cookie: str
    """The name of a cookie by which the site knows its supporters: who has it, with any value, is never asked."""

    country_header: str
    """The header in which a proxy or CDN of the site's own says the reader's country, such as CF-IPCountry."""

    ask_countries: str | Sequence[str]
    """The countries in which readers are asked, as two letters (ISO 3166); empty: all."""

    privacy_link: str
    """The site's own privacy page (https:// or a path of this site), linked from the public page about adnotice."""

    responsible: str
    """Who answers for the measurement, as the public page names them: a name and a postal address."""

    contact: str
    """How readers reach them: an e-mail address, or a page (https:// or a path of this site)."""

    purpose: str
    """Why views are counted and readers are asked, in the operator's words; empty: in ours."""

    ground: str
    """The legal ground that the operator relies on, for the public page; empty: it names none. See docs/privacy.md."""

    notice_shape: Literal["bar", "card"]
    """What lies over the page: a bar at its bottom, or in large windows a card in the corner. Pages that mark a place
    for the notice have neither: docs/notice.md."""

    accent: str
    """The colour of small headings and of the focus on light pages, as #rrggbb; empty: that of the page's text."""

    accent_dark: str
    """The same on dark pages."""

    store_url: str
    """sqlite:///FILE, postgresql://…, redis://… or redis+cluster://…"""

    timezone: str
    """The IANA time zone in which hours, days, weeks and months are cut; fixed with the first count."""

    store_deadline_seconds: float
    """How long a report may wait for its commit before it is answered 503."""

    hours_kept_days: int
    """For how many days hourly counts are kept."""

    days_kept_months: int
    """For how many months daily and weekly counts are kept."""

    months_kept: int
    """For how many months monthly counts are kept."""

    max_pages: int
    """How many pages are counted by name in an hour and in a day, each; `(other)` takes the rest. A week and a month
    take five times as many. Where all are given, the page with the fewest views gives way to one that has more."""

    name_after_views: int
    """How many views a page, or a site that led here, needs before it is counted by name, the first and the last of
    them at least five seconds apart; until then they count under `(other)`. 1: at once, invented addresses too."""

    routes: str | Sequence[str]
    """Templates of paths that are counted as one page, the first that fits: /article/{slug}, /archive/{day:path}.
    Empty: each path is a page."""

    pages_cached: bool | None
    """Whether a shared cache or a CDN answers for our pages, so that how many were served is not known here. Then no
    view is suspect, and those that were, on the days shown, count by their verdict. Nothing but this setting says so;
    None: the health page tells when more views are reported than pages were served."""

    suspect_factor: float
    """Reports on a page, or on a site, beyond this many a served page and hour are counted as suspect; from an address
    that sends more than 60 an hour, beyond one a page; 0: never."""

    suspect_allowance: int
    """So many reports an hour, on a page or on a site, need no served page to explain them."""

    dashboard_password_hash: str
    """Made by `adnotice hash-password`; empty, and no `authorize`: no dashboard."""

    metrics_token: str
    """The bearer token that metrics and the JSON API take; empty: they need a dashboard session."""

    authorize: Callable[[Request], Any] | None
    """For sites with accounts of their own, in place of the password: a function (or coroutine function) that takes the
    request and returns the name of the account that may look at the figures and change the mode, None for who is not
    logged in, False for who is and may not look."""

    login_url: str
    """Beside `authorize`: where who is not logged in is sent, with `next` as Django's logins take it (`/admin/login/`);
    empty: they are told to log in to the site first."""

    k_min: int
    """An hour of one page with fewer page views is not told, nor is a row with fewer in what a shared link shows; 1:
    all is."""

    dashboard_languages: str | Sequence[str]
    """The languages of dashboard and mails, that of the mails first: on the dashboard each browser's own where it is
    among them. All but English need words that somebody has approved: `adnotice wording --dashboard`. See
    docs/translating.md."""

    mail_url: str
    """The server that takes mail: smtp://user:password@host:587 (STARTTLS) or smtps://… (TLS, port 465); empty: none is
    sent. For `adnotice report --mail` and `adnotice watch --mail`."""

    mail_from: str
    """The address that mail comes from."""

    mail_to: str | Sequence[str]
    """The addresses that it goes to."""

    trusted_proxies: str | Sequence[str]
    """Addresses or networks of the proxies in front of us; only their X-Forwarded-For is believed. One that comes
    through a Unix socket has no address, and is believed where any is named."""

    rate_per_minute: int
    """Reports and choices that one client address may post in a minute; 0: no limit. Needs `trusted_proxies`."""

    site_rate_per_second: int
    """Reports with a valid witness, and choices with a valid ticket, that one process takes in a second from all
    clients together; 0: no limit."""

    body_deadline_seconds: float
    """How long a body may take to arrive."""
