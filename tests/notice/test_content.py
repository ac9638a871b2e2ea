"""What notice.js is given, and which blockers a reader is told about."""

from __future__ import annotations

import json

import pytest

from adnotice.notice.content import Contents, NoticeState
from adnotice.notice.device import Device
from adnotice.notice.drafts import load_draft
from adnotice.notice.settings import NoticeSettings
from adnotice.notice.words import english
from adnotice.vocabulary import Kind

ENGLISH = {"en": english()}


def test_a_notice_holds_all_that_it_says_and_is_json() -> None:
    contents = Contents(NoticeSettings(support_links={"Subscribe": "/subscribe"}), "The Daily Example", ENGLISH)
    made = contents.make("en", Kind.HOSTS, Device.FIREFOX, NoticeState.STILL, "ticket")
    assert json.loads(json.dumps(made)) == made
    assert (made["state"], made["kind"], made["lang"], made["dir"]) == ("still", "hosts", "en", "ltr")
    assert made["ticket"] == "ticket"
    assert made["links"] == [{"label": "Subscribe", "address": "/subscribe"}]
    assert made["blockers"][0]["name"] == "Firefox protection"
    assert made["blockers"][0]["steps"][0] == "Press the shield in the address bar."
    assert not [name for name in made["text"] if name.startswith(("how_", "name_"))]


def test_the_body_is_true_of_the_site_and_of_what_the_reader_can_do() -> None:
    with_links, without = (
        Contents(NoticeSettings(support_links={"Subscribe": "/subscribe"}), "", ENGLISH),
        Contents(NoticeSettings(), "", ENGLISH),
    )
    said = [
        contents.make("en", kind, Device.CHROME, NoticeState.ASK)["text"]["body"]
        for contents in (with_links, without)
        for kind in (Kind.CONTENT, Kind.HOSTS)
    ]
    assert said == [
        "Could you allow them on this site, or support us another way? Either way, you can read on.",
        "They don’t get through here. Could you support us another way? Either way, you can read on.",
        *["Could you allow them on this site? Either way, you can read on."] * 2,
    ]


def test_a_reader_whose_browser_stops_the_hosts_is_asked_to_allow_ads_there() -> None:
    contents = Contents(NoticeSettings(support_links={"Subscribe": "/subscribe"}), "", ENGLISH)
    for device in (Device.FIREFOX, Device.FIREFOX_ON_A_PHONE, Device.BRAVE):
        made = contents.make("en", Kind.HOSTS, device, NoticeState.ASK)
        assert made["text"]["body"] == contents.make("en", Kind.CONTENT, device, NoticeState.ASK)["text"]["body"]
        assert made["blockers"][0]["name"] in ("Firefox protection", "Brave")


def test_nothing_can_be_done_only_without_steps_and_without_links() -> None:
    with_links, without = (
        Contents(NoticeSettings(support_links={"Subscribe": "/subscribe"}), "", ENGLISH),
        Contents(NoticeSettings(), "", ENGLISH),
    )
    for device in Device:
        assert with_links.can_act("en", Kind.HOSTS, device)
        assert without.can_act("en", Kind.CONTENT, device)
        assert without.can_act("en", None, device)
        has_steps = device in (Device.FIREFOX, Device.FIREFOX_ON_A_PHONE, Device.BRAVE)
        assert without.can_act("en", Kind.HOSTS, device) is has_steps


def test_beside_the_sites_own_appeal_no_support_is_asked_for() -> None:
    contents = Contents(NoticeSettings(support_links={"Subscribe": "/subscribe"}), "", ENGLISH)
    made = contents.make("en", Kind.CONTENT, Device.CHROME, NoticeState.ASK, beside_appeal=True)
    assert made["links"] == []
    assert made["text"]["body"] == "Could you allow them on this site? Either way, you can read on."
    assert contents.can_act("en", Kind.CONTENT, Device.CHROME, beside_appeal=True)
    assert not contents.can_act("en", Kind.HOSTS, Device.CHROME, beside_appeal=True)


def test_the_shape_is_the_settings() -> None:
    for settings, shape in ((NoticeSettings(), "bar"), (NoticeSettings(notice_shape="card"), "card")):
        assert Contents(settings, "", ENGLISH).preview("en", Kind.CONTENT, Device.CHROME)["shape"] == shape


def test_one_views_ticket_is_not_anothers() -> None:
    contents = Contents(NoticeSettings(), "", ENGLISH)
    first = contents.make("en", None, Device.CHROME, NoticeState.ASK, "one")
    second = contents.make("en", None, Device.CHROME, NoticeState.ASK, "two")
    assert (first["ticket"], second["ticket"]) == ("one", "two")


def test_a_blocker_whose_steps_are_emptied_is_left_out() -> None:
    contents = Contents(NoticeSettings(), "", {"en": english().with_own({"how_ghostery": ""})})
    names = [each["name"] for each in contents.make("en", None, Device.CHROME, NoticeState.ASK)["blockers"]]
    assert "Ghostery" not in names
    assert "AdGuard" in names


def test_the_preview_is_labelled_and_has_no_ticket() -> None:
    preview = Contents(NoticeSettings(), "", ENGLISH).preview("en", Kind.CONTENT, Device.CHROME)
    assert preview["preview"] is True
    assert preview["ticket"] == ""


def test_own_words_in_other_letters_are_told_by_themselves_not_by_the_setting() -> None:
    own = {
        "title": "تساعد الإعلانات في تمويل ما تقرؤه هنا.",
        "body": "هل يمكن السماح بها في هذا الموقع؟",
        "not_now": "ليس الآن",
    }
    contents = Contents(NoticeSettings(), "", {"en": english().with_own(own)})
    made = contents.make("en", None, Device.CHROME, NoticeState.ASK, page_language="ar-EG")
    assert (made["lang"], made["dir"]) == ("ar-EG", "rtl")


def test_the_line_on_the_sites_ads_is_said_in_the_language_that_it_is_written_in_alone() -> None:
    given = NoticeSettings(languages=("en", "de"), ads_are="No pop-ups, no sound")
    contents = Contents(given, "", {"en": english(), "de": load_draft("de").words})
    said = {
        language: contents.make(language, Kind.CONTENT, Device.CHROME, NoticeState.ASK)["text"].get("ads_are")
        for language in ("en", "de")
    }
    assert said == {"en": "No pop-ups, no sound", "de": None}


@pytest.mark.parametrize("line", ["x" * 121, "No pop-ups\nNo sound"])
def test_the_line_on_the_sites_ads_is_one_short_line(line: str) -> None:
    (problem,) = NoticeSettings(ads_are=line).problems()
    assert problem.startswith("ads_are must be one line of at most 120 characters, got ")
