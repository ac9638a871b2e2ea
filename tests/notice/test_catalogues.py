"""The drafts that come with adnotice: whole, told as drafts, polite in their own way."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from adnotice.notice.content import say_all
from adnotice.notice.drafts import FOLDER, Draft, list_drafts, load_draft
from adnotice.notice.sentences import Plural
from adnotice.notice.words import MAY_LACK, SENTENCES, NotWhole, Words, english

TRANSLATIONS = Path(__file__).parents[2] / "translations"
LANGUAGES = ["ar", "cs", "de", "es", "fr", "he", "it", "nl", "pl", "pt-BR", "uk"]
SCRIPTS = {"ar": "ARABIC", "he": "HEBREW", "uk": "CYRILLIC"}
SAME_WORD = {"about_contact", "about_responsible", "privacy"}
"""Words that some languages share with English."""

FORBIDDEN = {
    "ar": r"مجان|لاحظنا|عذرًا|للأسف|يجب عليكم|قانونيًا|آمن\b|مستقل|نقرة واحدة|سرق",
    "cs": r"zdarma|všimli|jejda|bohužel|musíte|zákon\b|bezpečn[éý]|nezávisl|jedním kliknutím|krade|hlad",
    "de": r"kostenlos|gratis|bemerkt|hoppla|leider|müssen Sie|Gesetz|\bsicher\b|unabhängig|nur ein Klick|stehlen|klicken",
    "es": r"gratis|gratuit|hemos notado|hemos detectado|¡|debe\b|\bley\b|segur[oa]\b|independient|un clic|\brobar|haga clic",
    "fr": r"gratuit|nous avons remarqué|oups|hélas|devez|\bloi\b|sûr\b|indépendan|un seul clic|voler|cliquez",
    "he": r"חינם|שמנו לב|אופס|לצערנו|חייבים|\bחוק\b|בטוח\b|עצמאי|בלחיצה אחת|גניב",
    "it": r"gratis|gratuit|abbiamo notato|ops\b|purtroppo|\bdeve\b|\blegge\b(?! qui|\.)|sicur[oa]\b|indipendent|un clic|rubare|clicc",
    "nl": r"gratis|we merkten|oeps|helaas|u moet|\bwet\b|\bveilig\b|onafhankelijk|één klik|stelen|klik",
    "pl": r"darmow|za darmo|zauważyliśmy|ups\b|niestety|musi\b|\bprawo\b|bezpieczn[ye]\b|niezależn|jednym kliknięciem|kraść|kliknij",
    "pt-BR": r"grátis|gratuit|notamos|percebemos|ops\b|infelizmente|\bdeve\b|\blei\b|segur[oa]\b|independent|um clique|roub|clique",
    "uk": r"безкоштовн|безплатн|ми помітили|йой|на жаль|повинні|\bзакон|безпечн|незалежн|один клік|крад|клацніть",
}
"""What notices say elsewhere, in the words of each language: surprise, pity, force, law, free, safe, a single click."""

FAMILIAR = {
    "cs": r"\b(ty|tě|tvůj|tvoje|tobě)\b",
    "de": r"\b([Dd]u|[Dd]ich|[Dd]ein\w*)\b",
    "es": r"\b(tú|tu|tus|ti|contigo)\b",
    "fr": r"\b(tu|ton|tes|toi)\b",
    "it": r"\b(tu|tuo|tua|tuoi|tue|ti)\b",
    "nl": r"\b(je|jij|jou|jouw)\b",
    "pl": r"\b(ty|twój|twoja|twoje|ciebie|tobie)\b",
    "uk": r"\b(ти|тебе|тобі|твій|твоя|твої)\b",
}
"""Familiar address, where a language has another one for readers that one does not know."""

BOTH_GENDERS = re.compile(r"\w[/(*:·_](?:a|e|as|in|innen|ne|la|ла|на|а)\b\)?")
"""Endings that name two genders at once: no sentence is to need any."""


@pytest.fixture(scope="module", params=LANGUAGES)
def draft(request: pytest.FixtureRequest) -> Draft:
    """Each draft; it is whole, or this raises."""
    return load_draft(request.param)


def all_forms(words: Words) -> dict[str, str]:
    """Every sentence, in all its forms."""
    return {name: each if isinstance(each, str) else "\n".join(each) for name, each in words.said.items()}


def find(pattern: str, words: Words) -> dict[str, str]:
    """The sentences in which the pattern is found."""
    return {name: said for name, said in all_forms(words).items() if re.search(pattern, said, re.IGNORECASE)}


def test_there_is_a_draft_in_each_language_that_was_promised() -> None:
    assert list_drafts() == LANGUAGES


def test_a_draft_says_by_whom_it_was_read_and_when_it_was_made(draft: Draft) -> None:
    assert draft.read_by
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", draft.on)


def test_a_draft_is_written_in_its_language_from_end_to_end(draft: Draft) -> None:
    ours, theirs = all_forms(english()), all_forms(draft.words)
    same = {name for name in ours if ours[name] == theirs[name] and not name.startswith("name_")}
    assert same <= SAME_WORD
    assert draft.words.script == SCRIPTS.get(draft.words.language, "LATIN")
    assert draft.words.direction == ("rtl" if draft.words.language in ("ar", "he") else "ltr")


def test_each_form_but_those_of_one_number_holds_the_number(draft: Draft) -> None:
    for name, said in draft.words.said.items():
        if isinstance(SENTENCES[name], Plural):
            assert "{count}" in said[-1]
            assert draft.words.say(name, 30) != draft.words.say(name, 1)


def test_steps_are_as_many_as_the_english_ones(draft: Draft) -> None:
    for name, said in english().said.items():
        if name.startswith("how_") and (name.removeprefix("how_") not in MAY_LACK or draft.words.said[name]):
            assert str(draft.words.said[name]).count("\n") == str(said).count("\n"), name


def test_nothing_forbidden_is_said_in_any_language(draft: Draft) -> None:
    notice = {name: said for name, said in draft.words.said.items() if not name.startswith("about_")}
    assert not find(FORBIDDEN[draft.words.language], Words("", notice, draft.words.plural))
    assert "!" not in "".join(all_forms(draft.words).values())


def test_thanks_come_only_after_something_was_done(draft: Draft) -> None:
    text = say_all(draft.words, "", 30)
    before = [name for name, said in text.items() if text["thanks_title"].lower() in said.lower()]
    assert before == ["thanks_title"]


def test_readers_are_addressed_formally_and_without_a_gender(draft: Draft) -> None:
    assert not find(FAMILIAR.get(draft.words.language, r"(?!)"), draft.words)
    assert not [said for said in all_forms(draft.words).values() if BOTH_GENDERS.search(said)]


def test_a_name_fits_in_wherever_the_site_is_named(draft: Draft) -> None:
    for name, said in all_forms(english()).items():
        if "{site}" in said and not name.startswith("how_"):
            assert "The Daily Example" in draft.words.say(name, site="The Daily Example"), name


@pytest.mark.parametrize("spoiled", ["fuzzy", "missing", "changed"])
def test_a_catalogue_with_one_entry_spoiled_is_absent(spoiled: str, tmp_path: Path) -> None:
    made = pytest.importorskip("translations.__main__", reason="babel is not installed")
    catalogue = made.read(TRANSLATIONS / "de.po")
    message = next(each for each in catalogue if each.context == "title")
    if spoiled == "fuzzy":
        message.flags.add("fuzzy")
    elif spoiled == "missing":
        message.string = ""
    else:
        catalogue.delete(message.id, message.context)
        catalogue.add("Ads paid for what you read here.", message.string, context="title")
    (tmp_path / "de.mo").write_bytes(made.print_mo(catalogue))
    with pytest.raises(NotWhole, match=f"de lacks 1 of {len(SENTENCES)} sentences: title"):
        load_draft("de", tmp_path)


def contents(catalogue: Any) -> tuple[list[object], str]:
    """What a catalogue holds, without who wrote the file."""
    held = [(each.context, _tuple(each.id), _tuple(each.string), each.fuzzy) for each in catalogue if each.id]
    return held, catalogue.version


def _tuple(said: Any) -> Any:
    return tuple(said) if isinstance(said, list) else said


def names(catalogue: Any) -> list[object]:
    """What a template asks for."""
    return [(each.context, each.id, each.auto_comments) for each in catalogue if each.id]


def test_what_is_committed_is_what_make_translations_makes() -> None:
    mofile = pytest.importorskip("babel.messages.mofile", reason="babel is not installed")
    made = pytest.importorskip("translations.__main__")
    template = made.make_template()
    assert names(made.read(made.READERS.template)) == names(template), "run make translations"
    for path in sorted(TRANSLATIONS.glob("*.po")):
        catalogue = made.read(path)
        assert contents(catalogue) == contents(made.bring_to(template, catalogue)), f"{path}: run make translations"
        with (FOLDER / f"{path.stem}.mo").open("rb") as file:
            compiled = mofile.read_mo(file)
        assert sorted(contents(compiled)[0], key=str) == sorted(contents(catalogue)[0], key=str), (
            f"{path}: run make translations"
        )
        assert not made.untranslated(catalogue), path
