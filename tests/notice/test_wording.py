"""What the notice says: polite, replaceable, in the reader's language."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from adnotice.notice.approved import approve, write_approved
from adnotice.notice.content import say_all
from adnotice.notice.drafts import load_draft
from adnotice.notice.sentences import NOTICE
from adnotice.notice.settings import NoticeSettings, lacking
from adnotice.notice.steps import STEPS
from adnotice.notice.wording import BLOCKERS, load_live, wording_problems
from adnotice.notice.words import SAID_OF_ALLOWED, SENTENCES, Words, english


def text_of(site_name: str = "", *, days: int = 30, **own: str) -> dict[str, str]:
    """What the notice says in English, by name."""
    return say_all(english().with_own(own), site_name, days)


def test_the_sites_name_stands_in_the_sentences() -> None:
    text = text_of("The Daily Example")
    assert text["announce"].startswith("Note from The Daily Example,")
    assert not [name for name, sentence in text.items() if "{" in sentence.replace("{label}", "")]


def test_a_site_without_a_name_is_called_this_site() -> None:
    assert text_of()["region"] == "Note from this site"


def test_every_sentence_can_be_replaced_by_its_name() -> None:
    names = (*NOTICE, *STEPS)
    custom = {name: f"own {name} of {{site}}" for name in names}
    assert not list(wording_problems(custom))
    assert text_of("Gazette", **custom) == {name: f"own {name} of Gazette" for name in names}


def test_braces_in_the_sites_name_are_just_braces() -> None:
    assert text_of("{site} {0}")["region"] == "Note from {site} {0}"


def test_an_unknown_name_is_told_with_the_nearest_and_where_all_are() -> None:
    (problem,) = wording_problems({"titel": "Hello"})
    assert problem == "wording has no sentence 'titel'. Did you mean 'title'? All names: adnotice wording --names"


def test_another_placeholder_is_told() -> None:
    (problem,) = wording_problems({"body": "Hello {name}"})
    assert problem == "wording['body']: it may hold the placeholder {site} only, got {name}"


def test_an_empty_sentence_is_told_but_steps_may_be_left_out() -> None:
    (problem,) = wording_problems({"title": " ", "how_brave": ""})
    assert problem == "wording['title']: it is empty"


@pytest.mark.parametrize(
    ("days", "said"), [(1, "Closed. We won’t ask for 1 day."), (30, "Closed. We won’t ask for 30 days.")]
)
def test_closing_says_for_how_long(days: int, said: str) -> None:
    assert text_of(days=days)["closed"] == said


def test_the_operators_own_sentence_may_hold_the_number() -> None:
    own = {"closed": "Quiet for {count} days."}
    assert not list(wording_problems(own))
    assert text_of(days=14, **own)["closed"] == "Quiet for 14 days."
    (problem,) = wording_problems({"title": "{count}"})
    assert problem == "wording['title']: it may hold the placeholder {site} only, got {count}"


FORBIDDEN = {
    "to click on ads": r"\bclick|our advert|our ads",
    "guilt": r"steal|theft|freeload|unfair|guilt|shame|hurts?\b|harm|cheat|deserve|depend on you|without you",
    "hunger": r"hungry|starv|feed us|coffee|survive",
    "force": r"\bmust\b|forced|required|have to\b|\blaw\b|illegal|terms of",
    "haste": r"only \d+|seconds|last chance|deadline|hurry|today only|!",
    "surprise": r"we noticed|we see that|we detected|oops|uh-oh|looks like",
    "promises that a site might not keep": r"\bfree\b|\bsafe|no tracking|independent|nothing is locked|never track|may not work",
    "smallness": r"just one|one click|\bjust (?!now)|simply (?!read on)",
}
"""Words that such notices say elsewhere, by the reason why ours don't."""


@pytest.mark.parametrize("why", FORBIDDEN)
def test_ours_hold_nothing_that_is_forbidden(why: str) -> None:
    found = {name: said for name, said in text_of().items() if re.search(FORBIDDEN[why], said, re.IGNORECASE)}
    assert not found


@pytest.mark.parametrize("said", ["Oops! We noticed an ad blocker.", "It’s just one click, and free."])
def test_what_others_say_would_be_found(said: str) -> None:
    assert [why for why, words in FORBIDDEN.items() if re.search(words, said, re.IGNORECASE)]


def test_ours_thank_only_for_what_was_done() -> None:
    assert {name for name, said in text_of().items() if "thank" in said.lower()} == {"thanks_title"}


def test_ours_leave_the_choice() -> None:
    text = text_of()
    for name in ("body", "body_without_links", "body_hosts", "announce", "still_after_reload", "could_not_check"):
        assert "read on" in text[name]


def test_ours_can_be_read_at_the_age_of_twelve() -> None:
    text = " ".join(
        sentence if sentence.endswith((".", "…")) else f"{sentence}."
        for name, sentence in text_of("the site").items()
        if not name.startswith("name_")
    ).replace("\n", " ")
    assert grade(text) <= 6.0


def test_the_grade_of_a_hard_text_is_high() -> None:
    assert grade("Notwithstanding considerable organisational difficulties, municipal authorities persevered.") > 12


def grade(text: str) -> float:
    """The Flesch-Kincaid grade (Kincaid et al. 1975), syllables counted as groups of vowels."""
    sentences = len(re.findall(r"[.…?:]+(?=\s|$)", text))
    words = re.findall(r"[A-Za-z’-]+", text)
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", each.lower())))) for each in words)
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


def test_every_blocker_has_a_name_and_steps() -> None:
    assert len(BLOCKERS) == 26
    for blocker in BLOCKERS:
        assert SENTENCES[f"name_{blocker}"]
        assert 2 <= len(SENTENCES[f"how_{blocker}"].splitlines()) <= 3


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"not_now_days": 0}, "not_now_days must be from 1 to 400"),
        ({"not_now_days": 401}, "not_now_days must be from 1 to 400"),
        ({"ask_delay_seconds": -1}, "ask_delay_seconds must be from 0 to 600"),
        ({"ask_scroll_percent": 101}, "ask_scroll_percent must be from 0 to 100"),
        ({"support_links": {"Pay": "javascript:alert(1)"}}, "must be an https:// address or a path"),
        ({"support_links": {"Pay": "http://example.com/"}}, "must be an https:// address or a path"),
        ({"support_links": {"Pay": "//example.com/"}}, "must be an https:// address or a path"),
        ({"support_links": {"Pay": "/\\example.com/"}}, "must be an https:// address or a path"),
        ({"support_links": {"Pay": "/a\tb"}}, "must be an https:// address or a path"),
        ({"support_links": {"Pay": "https://"}}, "must be an https:// address or a path"),
        ({"support_links": {"": "/pay"}}, "needs labels of 1 to 60 characters"),
        ({"support_links": {"x" * 61: "/pay"}}, "needs labels of 1 to 60 characters"),
        ({"support_links": {str(n): "/pay" for n in range(4)}}, "takes at most 3 links"),
        ({"accent": "red"}, "accent must be a colour as #rrggbb, got 'red'"),
        (
            {"accent": "#ff8800"},
            "accent must have a contrast of at least 4.5 to #ffffff (WCAG 2.2, AA), #ff8800 has 2.39",
        ),
        ({"accent_dark": "#8a1f17"}, "accent_dark must have a contrast of at least 4.5 to #1a1a1c"),
        ({"quiet_cookie": "a b"}, "quiet_cookie must be the name of a cookie"),
        ({"country_header": "CF:IP"}, "country_header must be the name of a header"),
        ({"ask_countries": ("UA",)}, "ask_countries needs country_header"),
        ({"ask_countries": ("ua",), "country_header": "CF-IPCountry"}, "two capital letters such as UA, got 'ua'"),
        ({"privacy_link": "privacy"}, "privacy_link must be an https:// address or a path"),
        ({"ask_exclude": ("account",)}, "Begin it with / or *"),
        ({"wording": {"nope": "x"}}, "wording has no sentence 'nope'"),
        ({"languages": ()}, "languages takes 1 to 40 tags, each once, the site's own first, got none"),
        ({"languages": ("uk", "UK")}, "each once, the site's own first, got uk, UK"),
        ({"languages": ("../uk",)}, "languages takes tags such as en, uk or pt-BR (BCP 47), got '../uk'"),
        ({"ground": "x" * 601}, "ground must have at most 600 characters, got 601. Link to the rest: privacy_link"),
    ],
)
def test_each_wrong_setting_is_told_with_its_remedy(settings: dict[str, object], told: str) -> None:
    (problem,) = NoticeSettings(**settings).problems()  # type: ignore[arg-type]
    assert told in problem


def test_right_settings_have_no_problems() -> None:
    settings = NoticeSettings(
        support_links={"Subscribe": "https://shop.example.com/?a=1", "Donate": "/donate"},
        privacy_link="/privacy",
        ask_exclude=("/account/*", "*.pdf"),
        wording={"title": "Hello from {site}"},
        not_now_days=400,
    )
    assert not list(settings.problems())


def test_where_a_language_can_not_say_what_is_remembered_it_is_not_remembered(tmp_path: Path) -> None:
    old = {name: said for name, said in load_draft("de").words.said.items() if name not in SAID_OF_ALLOWED}
    write_approved(tmp_path, approve(Words("de", old), "Somebody", date(2026, 11, 1)))
    given = NoticeSettings(languages=("en", "de"), wording_folder=str(tmp_path), count_allowed=True)
    live = load_live(given.languages, tmp_path, {})
    assert list(live.words) == ["en", "de"], "an upgrade silences no language"
    assert lacking(live.words) == ["de"]
    (warning,) = given.warnings()
    assert warning.startswith("count_allowed waits: nobody has approved what de says of it.")
    assert not list(NoticeSettings(languages=("en", "de"), wording_folder=str(tmp_path)).warnings())
    whole = load_draft("de").words
    write_approved(tmp_path, approve(whole, "Somebody", date(2026, 11, 2)))
    assert not list(given.warnings())
