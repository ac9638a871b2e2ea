"""The public page: what is measured and kept here, how to object, and how to take an answer back."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from adnotice import objection
from adnotice.http.headers import header, reason
from adnotice.http.messages import NO_STORE, Answer, Request
from adnotice.notice.cookie import LONGEST, NAME, Kept
from adnotice.notice.settings import NoticeSettings
from adnotice.notice.wording import LANGUAGES, THIS_SITE, direction, load_catalogue, pick_language
from adnotice.vocabulary import Mode

_TEMPLATES: Final = Path(__file__).parent / "templates"

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none';"
    " require-trusted-types-for 'script'; trusted-types 'none'"
)

HEADERS: Final = (
    header(b"content-type", "text/html; charset=utf-8"),
    NO_STORE,
    header(b"content-security-policy", _POLICY),
    header(b"x-frame-options", "DENY"),
    header(b"x-content-type-options", "nosniff"),
    header(b"referrer-policy", "same-origin"),  # without any, a form on plain http would come from the origin "null"
    header(b"cross-origin-opener-policy", "same-origin"),
    header(b"cross-origin-resource-policy", "same-origin"),
    header(b"permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    header(b"x-robots-tag", "noindex"),
)
"""What goes out with our own page (OWASP ASVS 5.0, 3.4)."""


class Practice(NamedTuple):
    """What other rooms are set to do, for the public page to tell."""

    honour_gpc: bool = True
    count_referrers: bool = False
    months_kept: int = 25
    ad_probe: bool = False
    ad_probe_load: bool = False


USUAL: Final = Practice()


class AboutPage:
    """Renders the public page for one reader."""

    def __init__(self, settings: NoticeSettings, site_name: str, practice: Practice) -> None:
        self._site_name = site_name
        self._templates = {language: _load_template(language) for language in LANGUAGES}
        self._facts = {
            "cookie": NAME,
            "objection": objection.NAME,
            "objection_days": objection.LONGEST_SECONDS // 86_400,
            "not_now_days": settings.not_now_days,
            "lasting_days": LONGEST.days,
            **practice._asdict(),
            "privacy_link": settings.privacy_link,
        }

    def answer(self, request: Request, mode: Mode, kept: Kept | None, *, objects: bool) -> Answer:
        """The page in the reader's language, with the answer and the objection that the reader's browser keeps."""
        language = pick_language(request.header(b"accept-language"))
        body = self._templates[language].render(
            self._facts,
            base=request.base,
            dir=direction(language),
            day=kept.day.isoformat() if kept else "",
            kept=kept.choice.value if kept else "",
            lang=language,
            mode=mode.value,
            objects=objects,
            pressed=request.query.decode("latin-1"),
            saved=request.query == b"saved",
            site=self._site_name or load_catalogue(language).gettext(THIS_SITE),
        )
        kept_back = (reason("objected"),) if objects else ()
        return Answer(200, (*HEADERS, header(b"content-language", language), *kept_back), body.encode())


def _load_template(language: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(load_catalogue(language), newstyle=True)  # type: ignore[attr-defined]
    return environment.get_template("about.html")
