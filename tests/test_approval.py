"""`adnotice wording`, as an operator, an editor and a lawyer use it."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from adnotice.cli import main
from adnotice.finding import Weight
from adnotice.notice.drafts import list_drafts, load_draft
from adnotice.notice.settings import NoticeSettings
from adnotice.notice.to_mend import find_left_open
from adnotice.notice.words import SENTENCES, english
from adnotice.settings import Settings


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without any settings, where the command is run."""
    monkeypatch.chdir(tmp_path)
    for name in ("CONFIG", "LANGUAGES", "WORDING_FOLDER", "STORE_URL"):
        monkeypatch.delenv(f"ADNOTICE_{name}", raising=False)
    return tmp_path


def words_in(file: Path) -> dict[str, object]:
    """A file's words."""
    found: dict[str, object] = tomllib.loads(file.read_text(encoding="utf-8"))["words"]
    return found


def test_the_list_says_of_each_language_what_it_is_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["wording"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("* en     live: ours. An upgrade may change them")
    assert len(lines) == 2 + len(list_drafts())
    (ukrainian,) = (line for line in lines if line.startswith("  uk "))
    assert "read by: nobody yet; not live before: adnotice wording approve uk --by NAME" in ukrainian


def test_approving_copies_the_draft_into_the_operators_file(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["wording", "approve", "uk", "--by", "Olena"]) == 0
    printed = capsys.readouterr().out
    file = here / "adnotice-wording" / "uk.toml"
    assert f"adnotice-wording/uk.toml: {len(SENTENCES)} sentences approved by Olena" in printed
    assert "Readers meet them once the setting languages names uk: en, uk" in printed
    assert words_in(file)["title"] == load_draft("uk").words.said["title"]
    assert main(["wording"]) == 0
    assert "  uk     live: approved by Olena on " in capsys.readouterr().out


def test_programs_are_told_the_same_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["wording", "approve", "uk", "--by", "Olena", "--json"]) == 0
    approved = json.loads(capsys.readouterr().out)
    assert Path(approved.pop("file")).name == "uk.toml"
    assert approved == {"language": "uk", "sentences": len(SENTENCES), "by": "Olena", "named": False, "outdated": []}
    assert main(["wording", "--json"]) == 0
    told = {each.pop("language"): each for each in json.loads(capsys.readouterr().out)["languages"]}
    assert told["uk"] == {
        "named": False,
        "by": "Olena",
        "on": f"{datetime.now(UTC):%Y-%m-%d}",
        "about": f"live: approved by Olena on {datetime.now(UTC):%Y-%m-%d}",
    }
    assert (told["en"]["named"], told["en"]["by"]) == (True, None)
    assert main(["wording", "--names", "--json"]) == 0
    said = {name: list(text) if isinstance(text, tuple) else text for name, text in english().said.items()}
    assert json.loads(capsys.readouterr().out)["sentences"] == said


@pytest.mark.parametrize("asked", [["template", "uk"], ["--html", "uk"]])
def test_what_prints_a_file_is_no_json(asked: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["wording", *asked, "--json"]) == 2
    out, err = capsys.readouterr()
    assert (out, "--json is for list, approve and --names" in err) == ("", True)


def test_approving_again_keeps_what_the_operator_wrote_and_adds_what_is_new(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["wording", "approve", "uk", "--by", "Olena"])
    file = here / "adnotice-wording" / "uk.toml"
    written = load_draft("uk").words
    text = file.read_text(encoding="utf-8").replace(f'"{written.said["title"]}"', '"Наші слова."')
    lines = [line for line in text.splitlines() if not line.startswith("more = ")]
    changed = [
        line.replace("I already support you", "I support you") if line.startswith("supports") else line
        for line in lines
    ]
    file.write_text("\n".join(changed), encoding="utf-8")
    capsys.readouterr()
    assert main(["wording"]) == 0
    assert "sentences wait for approval, 1 new and 1 changed" in capsys.readouterr().out
    assert main(["wording", "approve", "uk", "--by", "Taras"]) == 0
    assert "kept as it was: supports, whose English is now: I already support you" in capsys.readouterr().out
    found = words_in(file)
    assert (found["title"], found["more"]) == ("Наші слова.", written.said["more"])


@pytest.mark.parametrize(
    ("asked", "status", "told"),
    [
        (["approve", "uk"], 2, "wording approve needs --by NAME: who has read these words"),
        (["approve"], 2, "wording approve needs a language, such as uk"),
        (["approve", "fi", "--by", "Aino"], 1, "there is no draft in 'fi', there are: ar, cs, de,"),
        (["--html", "xx"], 1, "there is no draft in 'xx'"),
    ],
)
def test_what_cannot_be_done_is_said(
    asked: list[str], status: int, told: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["wording", *asked]) == status
    assert told in capsys.readouterr().err
    assert not (here / "adnotice-wording").exists()


def test_a_language_of_ones_own_goes_from_template_to_live(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["wording", "template", "fi"]) == 0
    file = here / "words" / "fi.toml"
    file.parent.mkdir()
    file.write_text(capsys.readouterr().out.replace("Not now", "Ei nyt"), encoding="utf-8")
    assert main(["wording", "--folder", "words"]) == 0
    assert "  fi     not live; nobody has approved its words yet" in capsys.readouterr().out
    assert main(["wording", "approve", "fi", "--by", "Aino", "--folder", "words"]) == 0
    assert words_in(file)["not_now"] == "Ei nyt"
    settings = NoticeSettings(languages=("fi",), wording_folder="words")
    assert list(settings.warnings()) == []


def test_the_names_are_printed_with_the_english(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["wording", "--names"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(SENTENCES)
    assert "not_now\tNot now" in lines


class Cells(HTMLParser):
    """The cells of a page's tables: language, direction, text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "td":
            self.found.append((given["lang"] or "", given["dir"] or "", ""))

    def handle_data(self, data: str) -> None:
        if self.found and self.get_starttag_text() == "<p>":
            language, direction, text = self.found[-1]
            self.found[-1] = (language, direction, text + data.rstrip("\n"))


@pytest.mark.parametrize("language", ["en", "he"])
def test_all_words_are_on_one_page_beside_the_english(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["wording", "--html", *([] if language == "en" else [language])]) == 0
    page = capsys.readouterr().out
    cells = Cells(page).found
    words = english() if language == "en" else load_draft(language).words
    assert len(cells) == len(SENTENCES) * (1 if language == "en" else 2)
    assert (language, words.direction, words.said["title"]) in cells
    assert "<script" not in page
    assert ("read by: nobody yet" in page) is (language != "en")


def test_mode_ask_says_what_the_public_page_lacks(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = "to mend: The public page does not say who answers for the measurement and how readers reach them"
    assert main(["mode", "ask", "--create", "--no-wait"]) == 0
    assert told in capsys.readouterr().err
    assert main(["mode", "measure", "--no-wait"]) == 0
    assert "to mend" not in capsys.readouterr().err
    monkeypatch.setenv("ADNOTICE_RESPONSIBLE", "The Daily Example")
    monkeypatch.setenv("ADNOTICE_CONTACT", "privacy@daily.example")
    assert main(["mode", "ask", "--no-wait"]) == 0
    assert "to mend" not in capsys.readouterr().err


def test_the_health_page_says_what_is_left_open(here: Path) -> None:
    empty = list(find_left_open(NoticeSettings()).tell())
    assert [(each.weight, each.do) for each in empty] == [
        (Weight.LOOK, "Set responsible and contact. Readers whose views are counted have a right to know.")
    ]
    named = NoticeSettings(responsible="We", contact="/contact", languages=("en", "uk"))
    (waiting,) = find_left_open(named).tell()
    assert waiting.found == "uk is not said: nobody has approved its draft."
    assert waiting.do.startswith("Read it with adnotice wording --html uk, then: adnotice wording approve uk --by NAME")
    main(["wording", "approve", "uk", "--by", "Olena"])
    assert list(find_left_open(named).tell()) == []
    file = here / "adnotice-wording" / "uk.toml"
    changed_english = file.read_text(encoding="utf-8").replace('"I already support you"', '"I support you"')
    file.write_text(changed_english, encoding="utf-8")
    (changed,) = find_left_open(named).tell()
    assert (changed.weight, changed.found) == (
        Weight.KNOW,
        "uk: sentences wait for approval, 0 new and 1 changed. Until then readers meet the older words.",
    )


def test_a_language_that_waits_is_a_warning_and_no_reason_to_stand_by() -> None:
    settings = Settings.of(secret_key="a secret of thirty-two characters", languages=["en", "uk"])
    assert list(settings.warnings()) == [
        "uk is not said: nobody has approved its draft. Read it with adnotice wording --html uk, then: "
        "adnotice wording approve uk --by NAME"
    ]


def test_the_operators_line_on_its_ads_is_printed_with_the_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ADNOTICE_ADS_ARE", "No pop-ups, no sound")
    assert main(["wording"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "ads_are, under More in en: No pop-ups, no sound"
    assert main(["wording", "--html"]) == 0
    assert "No pop-ups, no sound" in capsys.readouterr().out
    assert main(["wording", "--html", "de"]) == 0
    assert "No pop-ups, no sound" not in capsys.readouterr().out
