"""Which language operators are met in: their browser's where somebody has approved its words, and no other."""

from __future__ import annotations

import gettext
import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from adnotice.cli import main
from adnotice.insight.blind_spots import doubt
from adnotice.insight.dashboard import Dashboard
from adnotice.insight.wording import (
    FOLDER,
    Spoken,
    english_messages,
    list_message_drafts,
    load_message_draft,
    load_spoken,
    messages,
)
from adnotice.keys import Keys
from adnotice.language import CONTEXT_END, Catalogue, find, find_form, speaking
from adnotice.notice.approved import approve, write_approved
from adnotice.notice.words import Words, placeholders
from adnotice.settings import Settings
from tests.conftest import SECRET
from tests.insight.conftest import Newsroom, log_in

PSEUDO = Catalogue("de", {"Log in": "Anmelden", f"page{CONTEXT_END}Figures": "Zahlen", "Password": "Passwort"})
LANG = re.compile(r'<html lang="([^"]+)">')


def speaking_dashboard(newsroom: Newsroom, german: Catalogue = PSEUDO) -> Dashboard:
    return Dashboard(
        newsroom.settings,
        keys=Keys(SECRET),
        store=lambda: newsroom.store,
        site_name="The Daily Example",
        mode=lambda: newsroom.mode,
        clock=lambda: newsroom.now,
        ticks=lambda: newsroom.now,
        spoken={"en": Catalogue(), "de": german},
    )


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("wanted", "met"),
    [
        ("de-CH,de;q=0.9,en;q=0.5", "de"),
        ("uk,en;q=0.5", "en"),
        ("fr", "en"),
        ("", "en"),
        (";q=,,*;,de-", "de"),
        ("de;q=0", "en"),
    ],
)
async def test_a_browser_is_met_in_the_first_of_its_languages_that_is_spoken(
    busy: Newsroom, wanted: str, met: str
) -> None:
    async with busy.browser(dashboard=speaking_dashboard(busy)) as browser:
        browser.headers["accept-language"] = wanted
        page = (await browser.get("dashboard/login")).text
        assert LANG.findall(page) == [met]
        assert ("Anmelden" in page) == (met == "de")
        await log_in(browser)
        page = (await browser.get("dashboard")).text
        assert LANG.findall(page) == [met]
        assert (">Zahlen<" in page) == (met == "de")
        assert ("1.234" in page or "24,1" in page or re.search(r"\d,\d\xa0%", page) is not None) == (met == "de")


@pytest.mark.anyio
async def test_a_language_is_chosen_and_kept_and_the_way_leads_back(busy: Newsroom) -> None:
    async with busy.browser(dashboard=speaking_dashboard(busy)) as browser:
        await log_in(browser)
        page = (await browser.get("dashboard/health?days=7")).text
        (address,) = re.findall(r'href="/_adnotice/(dashboard/speak/de[^"]*)"', page)
        answer = await browser.get(address.replace("&amp;", "&"))
        assert (answer.status_code, answer.headers["location"]) == (303, "/_adnotice/dashboard/health?days=7")
        page = (await browser.get("dashboard/pages?q=%2F2026%2F*&by=section")).text
        (address,) = re.findall(r'href="/_adnotice/(dashboard/speak/en[^"]*)"', page)
        answer = await browser.get(address.replace("&amp;", "&"))
        assert answer.headers["location"] == "/_adnotice/dashboard/pages?q=%2F2026%2F*&by=section", (
            "forms leave * as it is"
        )
        await browser.get("dashboard/speak/de")
        page = (await browser.get("dashboard/health?days=7")).text
        assert LANG.findall(page) == ["de"]
        assert re.search(r'speak/de[^>]* aria-current="true"', page)
        await browser.get("dashboard/speak/en")
        assert LANG.findall((await browser.get("dashboard")).text) == ["en"]


@pytest.mark.anyio
@pytest.mark.parametrize("kept", ["x" * 200, "x" * 4000, "fr", "de;q=0", "de-", ""])
async def test_a_cookie_that_names_no_language_offered_is_passed_over(busy: Newsroom, kept: str) -> None:
    async with busy.browser(dashboard=speaking_dashboard(busy)) as browser:
        browser.headers["accept-language"] = "de"
        browser.headers["cookie"] = f"__Host-adn-lang={kept}"
        assert LANG.findall((await browser.get("dashboard/login")).text) == ["de"]
        browser.headers["cookie"] = "__Host-adn-lang=en"
        assert LANG.findall((await browser.get("dashboard/login")).text) == ["en"]


@pytest.mark.anyio
@pytest.mark.parametrize("back", ["//evil.example/", "https://evil.example/", "\\evil.example", "health\r\nA: b"])
async def test_no_language_leads_to_another_site(busy: Newsroom, back: str) -> None:
    async with busy.browser(dashboard=speaking_dashboard(busy)) as browser:
        answer = await browser.get("dashboard/speak/de", params={"back": back})
        assert (answer.status_code, answer.headers["location"]) == (303, "/_adnotice/dashboard")
        answer = await browser.get("dashboard/speak/%0d%0aA:b")
        assert answer.status_code == 303
        assert answer.headers["set-cookie"].startswith("__Host-adn-lang=en;")


@pytest.mark.anyio
async def test_approved_words_are_text_and_never_markup(busy: Newsroom) -> None:
    """Words come from a file that people edit."""
    bad = "\"'><script>alert(1)</script>"
    said = {
        name: each + bad if isinstance(each, str) else tuple(form + bad for form in each)
        for name, each in english_messages().said.items()
    }
    dashboard = speaking_dashboard(busy, Catalogue("de", said))
    async with busy.browser(dashboard=dashboard) as browser:
        browser.headers["accept-language"] = "de"
        login = (await browser.get("dashboard/login")).text
        await log_in(browser)
        paths = ("", "/pages", "/health", "/notice", "/access", "/settings", "/preview", "?days=x", "/nowhere")
        pages = [(await browser.get(f"dashboard{path}")).text for path in paths]
    for page in (login, *pages):
        assert "alert(1)" in page
        assert "<script>alert" not in page
        assert "\"'>" not in page


@pytest.mark.anyio
async def test_one_language_alone_offers_no_choice(busy: Newsroom) -> None:
    async with busy.browser() as browser:
        assert "/speak/" not in (await browser.get("dashboard/login", headers={"accept-language": "de"})).text


@pytest.mark.anyio
async def test_programs_are_told_in_english(busy: Newsroom) -> None:
    async with busy.browser(dashboard=speaking_dashboard(busy)) as browser:
        await log_in(browser)
        english = await browser.get("api/v1/summary")
        german = await browser.get("api/v1/summary", headers={"accept-language": "de"})
        assert german.json() == english.json()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without any settings, where the command is run."""
    monkeypatch.chdir(tmp_path)
    for name in ("CONFIG", "LANGUAGES", "DASHBOARD_LANGUAGES", "WORDING_FOLDER", "STORE_URL"):
        monkeypatch.delenv(f"ADNOTICE_{name}", raising=False)
    return tmp_path


def test_english_alone_reads_no_catalogue(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that begins reads nothing that it does not say."""
    monkeypatch.setattr("adnotice.insight.wording.messages", lambda: pytest.fail("all messages were read"))
    assert list(load_spoken(["en"], here / "adnotice-wording").catalogues) == ["en"]


def test_what_nobody_has_approved_is_not_spoken(here: Path) -> None:
    spoken = load_spoken(["de", "en", "fi"], here / "adnotice-wording")
    assert list(spoken.catalogues) == ["en"]
    first, second = map(str, spoken.waiting.values())
    assert first == (
        "the dashboard does not speak de: nobody has approved its draft. Read it with adnotice wording --html de --dashboard, "
        "then: adnotice wording approve de --dashboard --by NAME"
    )
    assert "there are no words in it" in second
    assert [each.found for each in spoken.tell()] == [
        "The dashboard does not speak de: nobody has approved its words.",
        "The dashboard does not speak fi: nobody has approved its words.",
    ]
    assert first in list(Settings.of(secret_key=SECRET, dashboard_languages=["en", "de"]).warnings())


@pytest.mark.parametrize("language", list_message_drafts())
def test_what_is_approved_is_spoken(here: Path, language: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["wording", "approve", language, "--dashboard", "--by", "Olena"]) == 0
    assert f"Operators meet them once the setting dashboard_languages names {language}" in capsys.readouterr().out
    spoken = load_spoken([language, "en"], here / "adnotice-wording")
    assert not spoken.waiting
    assert list(spoken.catalogues) == [language, "en"]
    assert spoken.catalogues[language].said == load_message_draft(language).words.said
    assert main(["wording", "--dashboard"]) == 0
    assert f"{language}     live: approved by Olena" in capsys.readouterr().out
    assert main(["wording"]) == 0
    assert f"  {language}     a draft" in capsys.readouterr().out, "readers’ words are approved apart"


def test_an_upgrade_takes_no_language_away(here: Path) -> None:
    """What came after the approval is said as the version brings it."""
    assert main(["wording", "approve", "de", "--dashboard", "--by", "Olena"]) == 0
    file = here / "adnotice-wording" / "dashboard" / "de.toml"
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith('"Log out"')]
    file.write_text("\n".join(lines), encoding="utf-8")
    spoken = load_spoken(["de"], here / "adnotice-wording")
    said = spoken.catalogues["de"].said
    assert said is not None
    assert [each.found for each in spoken.tell()] == [
        "Language de: 1 sentence of the dashboard is new, and nobody has read it yet."
    ]
    assert said["Log out"] == load_message_draft("de").words.said["Log out"]


def approve_german(here: Path, change: Callable[[str], str]) -> Spoken:
    """German as somebody approved it, and then edited the file by hand."""
    assert main(["wording", "approve", "de", "--dashboard", "--by", "Olena"]) == 0
    file = here / "adnotice-wording" / "dashboard" / "de.toml"
    file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")
    return load_spoken(["de"], here / "adnotice-wording")


def drop_line(text: str, start: str) -> str:
    kept = [line for line in text.splitlines() if not line.startswith(start)]
    assert len(kept) < len(text.splitlines())
    return "\n".join(kept)


def test_a_file_that_is_broken_is_not_said_to_wait_for_approval(here: Path) -> None:
    spoken = approve_german(here, lambda text: text.replace("von {n} gezeigten", "von {m} gezeigten"))
    assert list(spoken.catalogues) == ["en"]
    (told,) = spoken.tell()
    assert told.found == "The dashboard does not speak de."
    assert "got {m}" in told.do
    assert "approve" not in told.found + told.do


@pytest.mark.parametrize(
    "broken", ["[words", "words = 1", '[words]\n"Log out" = ""', '[words]\n"{n} page view" = "{m}"']
)
def test_a_broken_file_of_english_takes_no_english_away(
    here: Path, broken: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["wording", "approve", "de", "--dashboard", "--by", "Olena"]) == 0
    folder = here / "adnotice-wording" / "dashboard"
    (folder / "en.toml").write_text(f'approved_by = "Olena"\nplural = "nplurals=2; plural=(n != 1);"\n{broken}')
    spoken = load_spoken(["de", "en"], folder.parent)
    assert list(spoken.catalogues) == ["de", "en"]
    assert spoken.catalogues["en"].said is None
    (told,) = spoken.tell()
    assert told.found == "The dashboard speaks adnotice’s own English: your file of it can’t be used."
    assert str(folder / "en.toml") in told.do
    (warning,) = Settings.of(secret_key=SECRET, dashboard_languages=["de", "en"]).warnings()
    assert "en.toml" in warning
    capsys.readouterr()
    assert main(["wording", "--dashboard"]) == 0
    assert re.search(r"^[* ]*en +live: ours, and not the file: .*en\.toml", capsys.readouterr().out, re.MULTILINE)


@pytest.mark.anyio
async def test_a_broken_file_of_english_is_told_on_the_health_page(busy: Newsroom, here: Path) -> None:
    folder = here / "adnotice-wording" / "dashboard"
    folder.mkdir(parents=True)
    (folder / "en.toml").write_text("[words")
    spoken = load_spoken(["en"], folder.parent)
    dashboard = busy.dashboard(spoken=spoken.catalogues, to_mend=spoken.tell)
    async with busy.browser(dashboard=dashboard) as browser:
        await log_in(browser)
        page = (await browser.get("dashboard/health")).text
        assert LANG.findall(page) == ["en"]
        assert "your file of it can’t be used" in page


def test_what_a_version_does_not_bring_is_said_in_english(here: Path) -> None:
    """An upgrade takes no language away: neither one that has no draft, nor one whose forms are not those of the draft."""
    said = {name: each if isinstance(each, str) else (each[1],) for name, each in english_messages().said.items()}
    del said["Log out"], said["{n} page view"]
    for language, log_out in (("fi", "Log out"), ("de", "Abmelden")):
        words = Words(language, said, "nplurals=1; plural=0;")
        write_approved(here / "adnotice-wording" / "dashboard", approve(words, "Olena", date(2026, 11, 30)))
        spoken = load_spoken([language], here / "adnotice-wording")
        assert spoken.unread == {language: 2}
        with speaking(spoken.catalogues[language]):
            assert find("Log out") == log_out
            assert [find_form("{n} page view", "{n} page views", n) for n in (1, 2)] == [
                "{n} page view",
                "{n} page views",
            ]


def test_one_sentence_for_every_number_is_said(here: Path) -> None:
    one = '"{n} page view" = '
    spoken = approve_german(
        here, lambda text: f"{drop_line(text, one)}\n".replace("\n[words]\n", f'\n[words]\n{one}"{{n}} Mal"\n')
    )
    with speaking(spoken.catalogues["de"]):
        assert [find_form("{n} page view", "{n} page views", n) for n in (1, 2)] == ["{n} Mal", "{n} Mal"]


@pytest.mark.slow
def test_the_words_are_printed_for_who_is_to_approve_them(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["wording", "--html", "uk", "--dashboard"]) == 0
    page = capsys.readouterr().out
    assert "Dashboard and mails" in page
    assert "read by: nobody yet" in page
    assert main(["wording", "--names", "--dashboard", "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)["sentences"]) == set(messages())


def test_the_drafts_hold_every_message_with_its_values() -> None:
    assert set(list_message_drafts()) >= {"de", "uk"}
    for language in list_message_drafts():
        draft = load_message_draft(language)
        assert draft.read_by == "nobody yet", "a machine wrote it: who reads it says so here"
        with (FOLDER / f"{language}.mo").open("rb") as file:
            assert gettext.GNUTranslations(file).info()["language"] == language.replace("-", "_")
        for name, said in draft.words.said.items():
            source = english_messages().said[name]
            for form in (said,) if isinstance(said, str) else said:
                assert form.strip(), f"{language}: {name}"
                assert form == form.strip() or not isinstance(source, str) or source != source.strip(), (
                    f"{language}: {name}"
                )
                assert placeholders(form) <= placeholders(source), f"{language}: {name}"
                assert form.count("`") == str(source if isinstance(source, str) else source[0]).count("`"), name
            whole = said if isinstance(said, str) else said[-1]
            assert placeholders(whole) == placeholders(source), f"{language}: {name}"
        assert CONTEXT_END not in "".join(str(each) for each in draft.words.said.values())


@pytest.mark.parametrize(("language", "day"), [("de", " am 1. Oktober 2026. "), ("uk", " (1 жовтня 2026")])
def test_the_age_of_baits_is_told_with_a_date_of_the_language(language: str, day: str) -> None:
    words = load_message_draft(language).words
    with speaking(Catalogue(language, words.said, words.form_of)):
        (found,) = doubt([], date(2026, 12, 31), date(2026, 10, 1))
    assert day in found.found
    assert ".." not in found.found


def test_what_is_committed_is_what_make_translations_makes() -> None:
    made = pytest.importorskip("translations.__main__", reason="babel is not installed")
    found = made.find_messages()
    assert (FOLDER / "messages.json").read_text(encoding="utf-8") == made.print_messages(), "run make translations"
    template = made.make_message_template()
    asked = [(each.context, each.id) for each in template if each.id]
    assert len(asked) == len(found)
    for path in (made.OPERATORS.template, *made.OPERATORS.files):
        held = made.read(path)
        assert [(each.context, each.id) for each in held if each.id] == asked, f"{path}: run make translations"
        assert held.version == template.version or path == made.OPERATORS.template
