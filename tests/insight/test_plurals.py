"""A number beside a noun takes the noun's form, and is written as the language writes numbers."""

from __future__ import annotations

import re
from datetime import date

import pytest

from adnotice.count.ingest.heartbeat import Beat, miss
from adnotice.detect.bait_age import judge_age
from adnotice.insight.display.pages import say, say_form
from adnotice.insight.wording import list_message_drafts, load_message_draft, load_spoken, messages
from adnotice.language import Catalogue, Problem, gettext, ngettext, speaking
from adnotice.notice.approved import approve, write_approved
from adnotice.notice.sentences import Plural
from adnotice.vocabulary import Mode

NOUNS = (
    "annotations|characters|counts|days|digits|hours|links|minutes|months|notices|pages|page views|processes|readers|reports|"
    "requests|rows|seconds|sections|sentences|tokens|views|weeks"
)
MANY = re.compile(rf"(\{{[a-z_]+\}}) (?:(?!of|in)[a-z]+ ){{0,2}}?(?:{NOUNS})\b")
"""A number, perhaps with an adjective or two, beside a noun of which there are many."""

OF_MANY = re.compile(r"\{n\}[^.;:,]*?\b(?:were|are|have|stand|need|they|their|them)\b")
"""What is said of many."""

NEVER_ONE = {
    ("{most}", "it must hold for 1 to {most} days, got {n}"),
    ("{most}", "a period has at most {most} days, got {days}. Choose a later first day"),
    ("{most}", "the name must have 1 to {most} characters that can be seen, got {n}"),
    ("{most}", "the text must have 1 to {most} characters, got {n}"),
    ("{n}", "the days must be a number of at most {n} digits, got {given}"),
    ("{n}", "the time is more than {n} days away. For longer than that: adnotice mode measure"),
    ("{n}", "there are {n} annotations, and no more are kept: remove some first"),
    ("{of}", "{language} lacks {n} of {of} sentences: {names}"),
}
"""Bounds, and the number of all sentences, which is large."""

UNCHANGED = {"uk": {"{n} was rejected ({reason})"}}
"""Messages that say the same of one and of many, by language."""


def test_what_german_says_of_one_page_by_robots_is_said_of_one() -> None:
    said = load_message_draft("de").words.said
    (one, _) = next(each for english, each in said.items() if "asked for by robots;" in english)
    assert one.endswith("In die Quote geht sie nicht ein.")


def test_no_noun_of_many_stands_beside_a_number_that_may_be_one() -> None:
    wrong = [
        (found[1], text)
        for each in messages().values()
        for text in [each.one if isinstance(each, Plural) else each]
        for found in MANY.finditer(text)
        if (found[1], text) not in NEVER_ONE and found[1] not in ("{minutes}", "{when}")
    ]
    assert wrong == []
    plurals = [each for each in messages().values() if isinstance(each, Plural)]
    assert [
        each.one for each in plurals if OF_MANY.search(each.one) and "where about {expected} were" not in each.one
    ] == []
    assert len(plurals) > 30


def test_the_look_for_such_nouns_finds_them() -> None:
    for text in (
        "{n} pages left with the tag.",
        "{n} of {of} page views.",
        "{n} measured page views",
        "{n} new, long rows",
    ):
        assert MANY.search(text.replace(",", "")), text
    assert not MANY.search("{share} of the page views")
    assert OF_MANY.search("{n} page view gave no clear answer or were not measured.")


@pytest.mark.parametrize("language", list_message_drafts())
def test_other_languages_have_a_form_for_one_where_english_has(language: str) -> None:
    words = load_message_draft(language).words
    for name, each in messages().items():
        if isinstance(each, Plural) and each.one != each.other and name not in UNCHANGED.get(language, ()):
            forms = words.said[name]
            assert isinstance(forms, tuple)
            zero, one, five = (forms[words.form_of(n)] for n in (0, 1, 5))
            assert one != five == zero, name


def test_a_count_of_one_is_said_of_one() -> None:
    assert ngettext("{n} page left.", "{n} pages left.", 1, n=1) == "1 page left."
    assert str(say_form("{n} page left.", "{n} pages left.", 1, n=1)) == "1 page left."
    assert ngettext("{n} page left.", "{n} pages left.", 0, n=0) == "0 pages left."


def test_large_numbers_are_grouped_as_the_language_does_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    """In findings of rooms that know no formats too; numbers of processes are names, and are not."""
    folder = tmp_path_factory.mktemp("wording")
    for language in ("de", "uk"):
        write_approved(folder / "dashboard", approve(load_message_draft(language).words, "Olena", date(2026, 11, 30)))
    catalogues = load_spoken(["en", "de", "uk"], folder).catalogues
    beat = Beat(at=0, machine="m", host="one", pid=12345, mode=Mode.ASK, said=True, problem="")
    for language, days, seconds in (
        ("en", "vor|1,234 days ago", "for 86,400 seconds"),
        ("de", "vor 1.234 Tagen", "seit 86.400 Sekunden"),
        ("uk", "1\xa0234 дні тому", "86\xa0400 секунд"),
    ):
        with speaking(catalogues[language]):
            (age,) = judge_age(date.fromordinal(date(2026, 1, 1).toordinal() + 1234), date(2026, 1, 1))
            assert days.split("|")[-1] in age.found
            (missed,) = miss([beat], 86_400)
            assert seconds in missed
            assert "12345" in missed


def test_numbers_in_problems_are_english_for_programs_and_the_readers_on_pages() -> None:
    with speaking(
        Catalogue("de", {"at most {n}, got {given}": "höchstens {n}, nicht {given}"}, write=lambda n: f"{n:_}")
    ):
        problem = Problem("at most {n}, got {given}", n=12_345, given="12345")
        assert str(problem) == "at most 12,345, got 12345"
        assert problem.said == "höchstens 12_345, nicht 12345"
        assert gettext("{n}", n=True) == "True"
        assert str(say("{n} <b>", n=1234)) == "1_234 &lt;b&gt;"
