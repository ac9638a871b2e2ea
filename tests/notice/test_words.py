"""Words in one language: whole or absent, told by themselves, and the operator's own once somebody has approved them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from adnotice.notice.approved import approve, file_of, print_approved, read_approved, write_approved
from adnotice.notice.sentences import NOTICE
from adnotice.notice.wording import describe, load_live
from adnotice.notice.words import SENTENCES, NotWhole, Words, complete, english, find_fault, source_revision

DAY = date(2026, 11, 29)
ARABIC = {
    "title": "تساعد الإعلانات في تمويل ما تقرؤه هنا.",
    "body": "هل يمكن السماح بها في هذا الموقع؟",
    "not_now": "ليس الآن",
}
POLISH_PLURAL = "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);"


def translate(language: str = "pl", *, plural: str = POLISH_PLURAL, forms: int = 3) -> Words:
    """All sentences in a made-up language: the English ones, each with the language's tag before it."""
    said = {
        name: f"{language} {each}" if isinstance(each, str) else tuple(f"{n} {each[1]}" for n in range(forms))
        for name, each in english().said.items()
    }
    return Words(language, said, plural)


def test_a_number_picks_the_form() -> None:
    words = Words("pl", {"closed": ("{count} dzień", "{count} dni", "{count} dni.")}, POLISH_PLURAL)
    assert [words.say("closed", n) for n in (1, 3, 14, 30)] == ["1 dzień", "3 dni", "14 dni.", "30 dni."]


def test_what_is_put_in_is_not_looked_through_for_more_places() -> None:
    assert Words("en", {"x": "{site}, {day}"}).say("x", site="{day}", day="today") == "{day}, today"


def test_the_direction_is_that_of_the_words() -> None:
    assert english().direction == "ltr"
    assert english().with_own(ARABIC).direction == "rtl"


def test_words_in_other_letters_are_not_announced_as_the_language_that_they_took_the_place_of() -> None:
    assert english().with_own(ARABIC).language == ""
    assert english().with_own({"title": "Anzeigen helfen."}).language == "en"


def test_words_are_whole_or_absent() -> None:
    whole = translate()
    assert complete(whole).said.keys() == SENTENCES.keys()
    for name in ("title", "about_lead", "how_brave", "closed"):
        with pytest.raises(NotWhole, match=f"pl lacks 1 of {len(SENTENCES)} sentences: {name}"):
            complete(Words("pl", {key: each for key, each in whole.said.items() if key != name}, whole.plural))


def test_until_a_new_sentence_is_approved_the_older_one_is_said() -> None:
    older = Words("pl", {name: each for name, each in translate().said.items() if name != "title_alone"}, POLISH_PLURAL)
    assert complete(older, {"title_alone": "title"}).said["title_alone"] == older.said["title"]


@pytest.mark.parametrize(
    ("name", "said", "plural", "fault"),
    [
        ("title", "", POLISH_PLURAL, "it is empty"),
        ("how_brave", "", POLISH_PLURAL, ""),
        ("title", ("a", "b"), POLISH_PLURAL, "it is one sentence, without forms by number"),
        ("closed", "always the same", POLISH_PLURAL, ""),
        ("closed", ("{count}", "{count}"), POLISH_PLURAL, "it needs 3 forms, got 2"),
        ("closed", ("one day", "{count}", "{count}"), POLISH_PLURAL, ""),
        (
            "closed",
            ("{count}",),
            "n != 1",
            "plural must be gettext's Plural-Forms, such as 'nplurals=2; plural=(n != 1);', got 'n != 1'",
        ),
        (
            "closed",
            ("{count}",),
            "nplurals=1; plural=n;",
            "plural names form 1, of forms 0 to 0: 'nplurals=1; plural=n;'",
        ),
        (
            "closed",
            ("{count}",),
            "nplurals=1; plural=1%n;",
            "plural names form 1, of forms 0 to 0: 'nplurals=1; plural=1%n;'",
        ),
        ("closed", ("{count}",), "nplurals=1; plural=m;", "invalid token in plural form: m"),
        ("title", "{sitee}", POLISH_PLURAL, "it may hold the placeholder {site} only, got {sitee}"),
        ("about_object_script", "block it", POLISH_PLURAL, "it must hold {path}"),
        ("of_another_version", "{x}", POLISH_PLURAL, ""),
    ],
)
def test_a_sentence_that_cannot_be_said_is_told(
    name: str, said: str | tuple[str, ...], plural: str, fault: str
) -> None:
    assert find_fault(name, said, plural) == fault


def test_the_revision_changes_with_every_sentence() -> None:
    assert source_revision() == source_revision(dict(reversed(SENTENCES.items())))
    assert source_revision({**SENTENCES, "title": "Ads help."}) != source_revision()


def test_approved_words_come_back_from_their_file_as_they_were(tmp_path: Path) -> None:
    odd = {**translate().said, "title": 'a "quote", a \\ and\na line\x7f', "of_another_version": "kept"}
    path = write_approved(tmp_path / "new" / "folder", approve(Words("pl", odd, POLISH_PLURAL), "Zofia “Z”", DAY))
    read = read_approved(path.parent, "pl")
    assert read is not None
    assert (read.words.said, read.by, read.on, read.outdated) == (odd, "Zofia “Z”", DAY, [])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[words", "must be a TOML file that can be read"),
        ("words = 1", "must have the tables words and english, and plural"),
        ('plural = "nplurals=1; plural=0;"\n[words]\ntitle = ""', "title: it is empty"),
        ('plural = "nplurals=1; plural=0;"\n[words]\nclosed = ["a", "b"]', "closed: it needs 1 forms, got 2"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_and_breaks_nothing(text: str, told: str, tmp_path: Path) -> None:
    file_of(tmp_path, "uk").write_text(text)
    live = load_live(("uk",), tmp_path, {})
    assert list(live.words) == ["en"]
    (why,) = live.waiting
    assert told in why


def test_a_broken_file_of_english_takes_no_english_away(tmp_path: Path) -> None:
    write_approved(tmp_path, approve(translate(), "Zofia", DAY))
    file_of(tmp_path, "en").write_text("[words")
    live = load_live(("en", "pl"), tmp_path, {"title": "Own."})
    assert list(live.words) == ["en", "pl"]
    assert live.words["en"].say("title") == "Own."
    assert live.words["en"].say("more") == NOTICE["more"]
    (why,) = live.waiting
    assert str(file_of(tmp_path, "en")) in why


def test_a_language_is_said_only_once_somebody_approved_it(tmp_path: Path) -> None:
    file_of(tmp_path, "pl").write_text(print_approved(approve(translate(), "", DAY)), encoding="utf-8")
    live = load_live(("pl",), tmp_path, {})
    assert list(live.words) == ["en"]
    assert live.waiting == (
        f"pl is not said: nobody has approved {tmp_path / 'pl.toml'}. Read it, then: adnotice wording approve pl --by NAME",
    )
    write_approved(tmp_path, approve(translate(), "Zofia", DAY))
    live = load_live(("pl",), tmp_path, {})
    assert list(live.words) == ["pl"]
    assert live.waiting == ()
    assert live.words["pl"].say("title").startswith("pl ")


def test_a_language_that_nobody_wrote_is_told_with_the_way_to_begin(tmp_path: Path) -> None:
    (why,) = load_live(("fi", "en"), tmp_path, {}).waiting
    assert why == (
        f"fi is not said: there are no words in it. Begin with: adnotice wording template fi >{tmp_path / 'fi.toml'}"
    )


def test_an_upgrade_changes_no_live_word_and_says_what_waits(tmp_path: Path) -> None:
    now = approve(english().with_own({"title": "As it was."}), "Ann", DAY)
    without_one = Words("en", {name: each for name, each in now.words.said.items() if name != "more"})
    before = now._replace(words=without_one, english={**now.english, "title": "As it was."})
    write_approved(tmp_path, before)
    read = read_approved(tmp_path, "en")
    assert read is not None
    assert read.outdated == ["title"]
    assert describe("en", read) == "en: sentences wait for approval, 1 new and 1 changed"
    write_approved(tmp_path, now)
    assert load_live(("en",), tmp_path, {}).words["en"].say("title") == "As it was."


def test_single_sentences_of_the_settings_are_said_in_the_sites_own_language_only(tmp_path: Path) -> None:
    write_approved(tmp_path, approve(translate(), "Zofia", DAY))
    live = load_live(("en", "pl"), tmp_path, {"title": "Own."}).words
    assert (live["en"].say("title"), live["pl"].say("title")) == ("Own.", f"pl {NOTICE['title']}")


def test_words_that_are_whole_in_the_settings_need_no_file(tmp_path: Path) -> None:
    own = {name: each if isinstance(each, str) else each[1] for name, each in english().said.items()}
    live = load_live(("ar",), tmp_path, {**own, **ARABIC})
    assert live.words["ar"].direction == "rtl"
    assert live.words["ar"].language == "ar"
