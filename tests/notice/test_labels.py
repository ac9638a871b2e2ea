"""Steps name a product's button as the product does, in the browser's language."""

from __future__ import annotations

import json

import pytest

from adnotice.notice.content import Contents, NoticeState
from adnotice.notice.device import Device
from adnotice.notice.drafts import load_draft
from adnotice.notice.labels import LABELS, PLACE, find_label
from adnotice.notice.settings import NoticeSettings
from adnotice.notice.steps import STEPS
from adnotice.notice.words import english
from adnotice.vocabulary import Kind

LIVE = {"en": english(), "uk": load_draft("uk").words}


@pytest.mark.parametrize(
    ("languages", "label"),
    [
        ("de", ("Für diese Website Privacy Badger deaktivieren", "de")),
        ("de-AT,de;q=0.9,en;q=0.8", ("Für diese Website Privacy Badger deaktivieren", "de")),
        ("pt-BR,pt;q=0.9", ("Desabilitar o Privacy Badger para este site", "pt-BR")),
        ("zz, uk;q=0.5", ("Вимкнути Privacy Badger для цього сайту", "uk")),
        ("", ("Disable Privacy Badger for this site", "en")),
        ("xx-YY", ("Disable Privacy Badger for this site", "en")),
        ("-,;;,", ("Disable Privacy Badger for this site", "en")),
    ],
)
def test_a_label_is_in_the_first_of_the_browsers_languages_that_the_product_speaks(
    languages: str, label: tuple[str, str]
) -> None:
    assert find_label("privacy_badger", languages) == label
    assert find_label("privacy_badger_on_a_phone", languages) == label


@pytest.mark.parametrize("device", [Device.FIREFOX, Device.FIREFOX_ON_A_PHONE, Device.CHROME])
def test_the_notice_says_which_language_a_label_is_in(device: Device) -> None:
    contents = Contents(NoticeSettings(languages=("uk", "en")), "", LIVE)
    made = contents.make("uk", Kind.CONTENT, device, NoticeState.ASK, browser_languages="pl,en;q=0.5")
    (badger,) = (each for each in made["blockers"] if each["label"])
    assert (badger["name"], badger["label_lang"]) == ("Privacy Badger", "pl")
    assert badger["label"] == "Wyłącz Privacy Badgera na tej witrynie"
    assert sum(badger["label"] in step for step in badger["steps"]) == 1
    assert PLACE not in json.dumps(made)
    plain = contents.preview("en", Kind.CONTENT, device)
    assert PLACE not in json.dumps(plain)
    assert "“Disable Privacy Badger for this site”" in json.dumps(plain, ensure_ascii=False)


def test_every_step_with_a_label_has_one() -> None:
    named = {name.removeprefix("how_").removesuffix("_on_a_phone") for name, said in STEPS.items() if PLACE in said}
    assert named == set(LABELS)
    assert all("en" in labels for labels in LABELS.values())
