"""The doctor on a page's marks: names that lists hide, and words that everybody would see."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adnotice.doctor.marks import GUARD, has_ad_word, judge_marks, sheets_of
from adnotice.doctor.observations import PageSeen, Seen
from adnotice.finding import Finding, Weight

ROOT = Path(__file__).parents[2]
LIST = ROOT / ".cache/ublock/assets/thirdparties/easylist/easylist.txt"
URL = "https://news.example/story"


def judge(body: str, *sheets: str) -> list[Finding]:
    seen = Seen(url=URL, status=200, body=f"<!doctype html><html><body>{body}</body></html>".encode())
    page = PageSeen(path="/story", plain=seen, packed=seen)
    return list(judge_marks(page, [Seen(url=URL, body=sheet.encode()) for sheet in sheets]))


@pytest.mark.parametrize(
    "body",
    [
        '<div data-adnotice-slot="end"></div>',
        '<main class="shadow reading headline"><div class="adnotes" data-adnotice-slot="ad"></div></main>',
        '<aside class="note" data-adnotice-show="blocked" hidden><p>Please.</p></aside>',
        '<div class="ad-slot"></div><div data-adnotice-slot="end"></div>',
        "<p>No mark.</p>",
    ],
)
def test_marks_that_readers_would_see_need_nothing(body: str) -> None:
    assert judge(body) == []


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ('<div class="ad-slot" data-adnotice-slot="ad"></div>', "ad-slot"),
        ('<div id="TopBanner"><img src="x"><div data-adnotice-slot="ad"></div></div>', "TopBanner"),
        ('<aside class="note adblock-message" data-adnotice-show="blocked" hidden></aside>', "adblock-message"),
        ('<div class="AdWrap"><div data-adnotice-slot="end"></div></div>', "AdWrap"),
    ],
)
def test_names_that_lists_hide_are_named_on_the_mark_and_around_it(body: str, named: str) -> None:
    (finding,) = judge(body)
    assert finding.weight is Weight.LOOK
    assert named in finding.came
    assert "readers with a blocker would not see it" in finding.found


def test_nearly_all_names_that_lists_hide_are_known_for_what_they_are() -> None:
    if not LIST.is_file():
        pytest.skip("EasyList is missing: run make browser-setup")
    names = re.findall(r"^##[.#]([\w-]+)$", LIST.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(names) > 10_000
    assert sum(map(has_ad_word, names)) / len(names) > 0.8


@pytest.mark.parametrize(
    "name", ["header", "lead", "loading", "shadow", "gadget", "reading", "address", "note", "thread"]
)
def test_words_that_only_look_alike_are_left_alone(name: str) -> None:
    assert not has_ad_word(name)


def test_words_without_the_attribute_hidden_are_shown_to_everyone() -> None:
    (finding,) = judge('<aside data-adnotice-show="blocked"></aside>')
    assert finding.weight is Weight.WRONG
    assert "shown to everyone" in finding.found
    assert "attribute hidden" in finding.do


NOTE = '<main class="page"><aside class="note" id="n" data-adnotice-show="blocked" hidden></aside></main>'


@pytest.mark.parametrize(
    "rules",
    [
        ".note { display: flex }",
        "p, aside.note{color:red;display:grid!important}",
        "@media (min-width: 40em) { .page > .note { display: block } }",
        "#n{display:inline-block}",
        "main aside { padding: 1em; display: flex; }",
        "aside[data-adnotice-show] { display: flex }",
        "/* .x {} */ * { display: block }",
    ],
)
def test_a_rule_that_shows_the_words_to_everyone_is_found(rules: str) -> None:
    for found in (judge(NOTE, rules), judge(f"<style>{rules}</style>{NOTE}")):
        (finding,) = found
        assert finding.weight is Weight.WRONG
        assert "in spite of hidden" in finding.found
        assert GUARD in finding.do
    assert judge(NOTE, rules, GUARD) == []


@pytest.mark.parametrize(
    "rules",
    [
        ".note { display: none }",
        ".note:not([hidden]) { display: flex }",
        ".note::before { display: block }",
        ".notes, .note p { display: flex }",
        "footer .note { display: flex }",
        ".note { --display: flex; color: red }",
    ],
)
def test_rules_that_leave_the_words_hidden_are_left_alone(rules: str) -> None:
    assert judge(NOTE, rules) == []


def test_a_style_attribute_counts_too() -> None:
    (finding,) = judge('<aside style="display: flex" data-adnotice-show="blocked" hidden></aside>')
    assert "display: flex" in finding.came


@pytest.mark.parametrize(("name", "value"), [("data-adnotice-slot", "bottom"), ("data-adnotice-show", "always")])
def test_a_value_that_is_none_is_told_with_those_that_are(name: str, value: str) -> None:
    finding = judge(f'<aside {name}="{value}" hidden></aside>')[0]
    assert (finding.weight, finding.came) == (Weight.WRONG, f'{name}="{value}"')
    assert {"data-adnotice-slot": 'slot="end"', "data-adnotice-show": 'show="blocked"'}[name] in finding.do


def test_style_sheets_are_asked_for_only_where_words_are_waiting() -> None:
    link = b'<link rel="stylesheet" href="/a.css">'
    assert sheets_of(link + b'<div data-adnotice-slot="end"></div>') == []
    assert sheets_of(link + NOTE.encode()) == ["/a.css"]
