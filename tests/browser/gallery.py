"""`make screenshots ARGS=--gallery`: the notice in every shape, state and window, on four papers of different styles, as contact
sheets in .cache/gallery, to be looked at."""

from __future__ import annotations

import itertools
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec

from adnotice.notice.approved import approve, write_approved
from adnotice.notice.drafts import load_draft
from tests.browser.internet import Internet
from tests.browser.newspaper import ROOT, Sheet
from tests.browser.notice import SHADOW, show_content
from tests.browser.reader import Browsers, Page
from tests.browser.site import Site

GALLERY: Final = ROOT / ".cache" / "gallery"
SETTLE_SECONDS: Final = 0.45
SCALE: Final = 0.45
NARROWEST: Final = 220
"""How wide a window's picture is in a sheet, and at least, in px."""


class Look(msgspec.Struct, frozen=True):
    """A window, and what its reader has set."""

    width: int
    height: int
    scheme: str = "light"
    forced: str = "none"
    language: str = "en"


LOOKS: Final = {
    "light, 1280 x 800": Look(1280, 800),
    "dark": Look(1280, 800, scheme="dark"),
    "right to left": Look(1280, 800, language="ar"),
    "forced colours": Look(1280, 800, forced="active"),
    "768 x 1024": Look(768, 1024),
    "844 x 390": Look(844, 390),
    "360 x 640": Look(360, 640),
    "320 x 568": Look(320, 568),
}

STATES: Final[dict[str, dict[str, Any]]] = {
    "ask": {},
    "steps": {},
    "still": {"state": "still"},
    "thanks": {"state": "thanks"},
    "hosts": {"kind": "hosts", "blockers": []},
}

PLACES: Final = {
    "bar": "",
    "card": "",
    "end": "<div data-adnotice-slot='end'></div>",
    "ad": "<div data-adnotice-slot='ad' style='max-width:728px;min-height:250px;margin:1rem auto;outline:1px dotted #8888'></div>",
}
"""The shapes; what the page marks for them."""

PAPERS: Final = {
    "sans": "body{font:16px/1.5 system-ui,sans-serif;margin:0;color:#1a1a1a;background:#fff}header{background:#b80000;color:#fff;"
    "padding:.8rem 5vw;font-weight:800}main{max-width:44rem;margin:0 5vw}h1{font-size:2rem;line-height:1.15}"
    "@media(prefers-color-scheme:dark){body{background:#181a1b;color:#e8e6e3}}",
    "serif": "body{font:18px/1.6 Georgia,'Liberation Serif',serif;margin:0;color:#222;background:#fdfbf7}header{border-bottom:"
    "3px double #222;padding:1rem;text-align:center;font-size:1.6rem}main{max-width:40rem;margin:auto;padding:0 1rem}"
    "@media(prefers-color-scheme:dark){body{background:#1c1a17;color:#e9e3d8}header{border-color:#e9e3d8}}",
    "magazine": "body{font:19px/1.7 'DejaVu Serif',serif;margin:0;color:#ddd;background:#101014}header{padding:2rem;"
    "letter-spacing:.3em;text-transform:uppercase}main{max-width:52rem;margin:0 auto;padding:0 2rem}h1{font:300 3rem/1.1 "
    "'DejaVu Sans',sans-serif;color:#fff}a{color:#e2b714}",
    "portal": "body{font:13px/1.35 Arial,'Liberation Sans',sans-serif;margin:0;color:#000;background:#eef}header{background:#036;"
    "color:#fff;padding:4px 8px}main{max-width:980px;margin:0 auto;background:#fff;padding:6px}"
    "@media(min-width:700px){main{columns:2;column-gap:12px}}"
    "h1{font-size:18px;margin:4px 0;color:#036}@media(prefers-color-scheme:dark){body{background:#112;color:#ccd}main{background:"
    "#001}h1{color:#9cf}}",
}
TEXT: Final = {
    "en": ("Council passes the budget after a long night", "The session lasted until half past two. " * 12),
    "ar": ("المجلس يقر الميزانية بعد ليلة طويلة", "استمرت الجلسة حتى الثانية والنصف. " * 12),
}


def take_gallery(browsers: Browsers, net: Internet, folder: Path) -> None:
    """A sheet for every paper and shape: a row each state, a column each look."""
    words = folder / "words"
    write_approved(words, approve(load_draft("ar").words, "the gallery", date(2026, 11, 29)))
    sheets = {
        f"/{paper}/{place}/{language}": make_page(paper, place, language)
        for paper, place, language in itertools.product(PAPERS, PLACES, TEXT)
    }
    links = {"Support us": "/support"}
    site = Site(net, folder, sheets=sheets, languages=["en", "ar"], wording_folder=str(words), support_links=links)
    page = browsers.reader("chromium", site).tab()
    try:
        for paper, place in itertools.product(PAPERS, PLACES):
            here = GALLERY / f"{paper}-{place}"
            here.mkdir(parents=True, exist_ok=True)
            for name, look in LOOKS.items():
                set_look(page, look)
                for state in STATES:
                    take(page, f"/{paper}/{place}/{look.language}", place, state, here / f"{state}-{slug(name)}.png")
            write_sheet(page, here)
            print(f"{here}.png", flush=True)  # noqa: T201 - a command says where its work is
    finally:
        site.close()


def make_page(paper: str, place: str, language: str) -> Sheet:
    """An article in the style of a paper, with the mark that a shape needs."""
    title, sentences = TEXT[language]
    text = (
        f"<p>{sentences}</p>" * 8
    )  # longer than any window: where an article's end is in sight at once, a slot there stays empty
    before, after = (PLACES[place], "") if place == "ad" else ("", PLACES[place])
    direction = "rtl" if language == "ar" else "ltr"
    return Sheet(
        f'<!doctype html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{PAPERS[paper]}</style></head><body>'
        f"<header>The Daily Example</header><main><h1>{title}</h1>{before}{text * 3}{after}</main></body></html>"
    )


def set_look(page: Page, look: Look) -> None:
    """The window and what its reader has set."""
    features = [
        {"name": "prefers-color-scheme", "value": look.scheme},
        {"name": "forced-colors", "value": look.forced},
    ]
    page.call("cdp", method="Emulation.setEmulatedMedia", params={"features": features})
    page.call("viewport", width=look.width, height=look.height)


def take(page: Page, path: str, place: str, state: str, picture: Path) -> None:
    """One picture: the notice of this state, in sight."""
    page.goto(path)
    show_content(page, {"shape": "card" if place == "card" else "bar", **STATES[state]})
    page.notice().wait(20)
    page.run(
        "const host = document.querySelector('reader-notice');"
        "if (getComputedStyle(host).position !== 'fixed') host.scrollIntoView({block: 'center'});"
    )
    if state == "steps":  # after that: where they open is a part of the picture
        page.run(f"{SHADOW} root.querySelector('.actions button').click()")
        page.notice().wait_panel()
    time.sleep(SETTLE_SECONDS)
    page.screenshot(picture)
    page.run(
        "localStorage.clear(); sessionStorage.clear()"
    )  # who has opened the steps would be thanked on the next page


def write_sheet(page: Page, here: Path) -> None:
    """All pictures of a folder on one sheet beside it."""
    cells = "".join(
        f"<tr><th>{state}</th>"
        + "".join(f"<td><img width={across(look)} src='{state}-{slug(name)}.png'>" for name, look in LOOKS.items())
        for state in STATES
    )
    heads = "".join(f"<th>{name}</th>" for name in LOOKS)
    sheet = here / "sheet.html"
    sheet.write_text(
        f"<!doctype html><meta charset=utf-8><style>body{{margin:8px;background:#777;font:13px sans-serif}}img{{"
        f"display:block;border:1px solid #333}}td{{vertical-align:top}}</style><table><tr><th></th>{heads}</tr>{cells}</table>",
        encoding="utf-8",
    )
    set_look(page, Look(sum(map(across, LOOKS.values())) + 12 * len(LOOKS) + 80, 900))
    page.call("goto", url=sheet.as_uri())
    page.screenshot(here.with_suffix(".png"), whole=True)


def across(look: Look) -> int:
    """How wide its picture is in a sheet, in px."""
    return max(NARROWEST, round(look.width * SCALE))


def slug(name: str) -> str:
    """A look's name in that of a file."""
    return "-".join(word for word in name.replace(",", "").split() if word != "x")


def picture_gallery() -> None:
    """Takes all of it."""
    with tempfile.TemporaryDirectory() as name, Internet() as net:
        browsers = Browsers(net, Path(name))
        try:
            take_gallery(browsers, net, Path(name))
        finally:
            browsers.close()
    print(f"look at {GALLERY}")  # noqa: T201 - a command says where its work is
