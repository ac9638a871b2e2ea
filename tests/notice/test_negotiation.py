"""Which language somebody is answered in."""

from __future__ import annotations

import pytest

from adnotice.notice.negotiation import pick_language

SPOKEN = ("en", "de", "pt-BR", "zh-Hant", "ar")


@pytest.mark.parametrize(
    ("wanted", "picked"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("DE-at-1996", "de"),
        ("ZH-HANT-TW", "zh-Hant"),
        ("zh-TW", "en"),
        ("pt-BR,pt;q=0.9,en;q=0.8", "pt-BR"),
        ("pt", "en"),
        ("xx, yy-ZZ, ar-EG;q=0.5", "ar"),
        ("", "en"),
        ("-", "en"),
        (",;q=,\x00", "en"),
    ],
)
def test_the_first_language_that_is_spoken_is_picked(wanted: str, picked: str) -> None:
    assert pick_language(wanted, SPOKEN) == picked


@pytest.mark.parametrize(
    ("wanted", "picked"),
    [
        ("de;q=0.3,ar;q=0.5", "ar"),
        ("de;Q=0.3 , ar ; q=0.500", "ar"),
        ("ar,de;q=1.000", "ar"),
        ("ar;q=0.001,de;q=0.002", "de"),
        ("de;q=0", "en"),
        ("de;q=0.000", "en"),
        ("en;q=0", "de"),
        ("en;q=0,de;q=0.", "pt-BR"),
        ("de;q=0,de-AT", "en"),
        ("de-AT;q=0,de", "de"),
        ("en;q=0,de;q=0,pt-BR;q=0,zh-Hant;q=0,ar;q=0", "en"),
    ],
)
def test_weights_are_heeded_and_none_is_a_refusal(wanted: str, picked: str) -> None:
    assert pick_language(wanted, SPOKEN) == picked


@pytest.mark.parametrize(
    "entry", ["de;q=2", "de;q=-1", "de;q=x", "de;q=0.1234", "de;q", "de;", "de;level=1", "d\u0435"]
)
def test_what_cannot_be_read_is_passed_over(entry: str) -> None:
    assert pick_language(f"{entry},ar;q=0.1", SPOKEN) == "ar"


@pytest.mark.parametrize(
    ("wanted", "picked"), [("*", "en"), ("*,ar;q=0.1", "ar"), ("ar;q=0,*", "en"), ("en;q=0,*", "de"), ("*;q=0", "en")]
)
def test_a_star_takes_what_there_is_and_is_not_refused(wanted: str, picked: str) -> None:
    assert pick_language(wanted, SPOKEN) == picked


def test_one_long_entry_shuts_out_no_other_and_many_are_not_all_read() -> None:
    assert pick_language("x" * 10_000 + ",de", SPOKEN) == "de"
    assert pick_language("a-" * 20_000 + "b,de", SPOKEN) == "de"
    assert pick_language("xx," * 19 + "de", SPOKEN) == "de"
    assert pick_language("xx," * 20 + "de", SPOKEN) == "en"
