"""What notice.js is given, and which blockers a reader is told about."""

from __future__ import annotations

import json

import pytest

from adnotice.notice.content import Contents, Family, NoticeState, browser_family, list_blockers
from adnotice.notice.settings import NoticeSettings
from adnotice.notice.words import english
from adnotice.vocabulary import Kind

ENGLISH = {"en": english()}


@pytest.mark.parametrize(
    ("browser", "family"),
    [
        ("Firefox", Family.FIREFOX),
        ("Firefox Mobile", Family.FIREFOX),
        ("Safari", Family.SAFARI),
        ("Mobile Safari", Family.SAFARI),
        ("Chrome Mobile iOS", Family.SAFARI),
        ("Firefox iOS", Family.SAFARI),
        ("Chrome", Family.OTHER),
        ("Edge", Family.OTHER),
        ("(not known)", Family.OTHER),
    ],
)
def test_browsers_differ_in_the_blockers_that_they_can_have(browser: str, family: Family) -> None:
    assert browser_family(browser) is family


def test_readers_are_told_of_blockers_that_their_browser_can_have() -> None:
    assert "brave" in list_blockers(Kind.CONTENT, Family.OTHER)
    assert "ublock_origin_lite" not in list_blockers(Kind.CONTENT, Family.FIREFOX)
    assert "safari" in list_blockers(Kind.CONTENT, Family.SAFARI)
    for family in Family:
        assert list_blockers(Kind.CONTENT, family)[-1] == "other"
        assert not {"dns", "vpn"} & set(list_blockers(Kind.CONTENT, family))


def test_ads_blocked_on_the_way_have_steps_of_their_own() -> None:
    assert list_blockers(Kind.HOSTS, Family.FIREFOX) == ["firefox", "dns", "vpn"]
    assert list_blockers(Kind.HOSTS, Family.OTHER) == ["brave", "dns", "vpn"]


def test_a_notice_holds_all_that_it_says_and_is_json() -> None:
    contents = Contents(NoticeSettings(support_links={"Subscribe": "/subscribe"}), "The Daily Example", ENGLISH)
    made = contents.make("en", Kind.HOSTS, Family.FIREFOX, NoticeState.STILL, "ticket")
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
        contents.make("en", kind, Family.OTHER, NoticeState.ASK)["text"]["body"]
        for contents in (with_links, without)
        for kind in (Kind.CONTENT, Kind.HOSTS)
    ]
    assert said == [
        "Could you allow them on this site, or support us another way? Either way, you can read on.",
        "They don’t get through here. Could you support us another way? Either way, you can read on.",
        *["Could you allow them on this site? Either way, you can read on."] * 2,
    ]


def test_one_views_ticket_is_not_anothers() -> None:
    contents = Contents(NoticeSettings(), "", ENGLISH)
    first = contents.make("en", None, Family.OTHER, NoticeState.ASK, "one")
    second = contents.make("en", None, Family.OTHER, NoticeState.ASK, "two")
    assert (first["ticket"], second["ticket"]) == ("one", "two")


def test_a_blocker_whose_steps_are_emptied_is_left_out() -> None:
    contents = Contents(NoticeSettings(), "", {"en": english().with_own({"how_ghostery": ""})})
    names = [each["name"] for each in contents.make("en", None, Family.OTHER, NoticeState.ASK)["blockers"]]
    assert "Ghostery" not in names
    assert "AdGuard" in names


def test_the_preview_is_labelled_and_has_no_ticket() -> None:
    preview = Contents(NoticeSettings(), "", ENGLISH).preview("en", Family.OTHER)
    assert preview["preview"] is True
    assert preview["ticket"] == ""


def test_own_words_in_other_letters_are_told_by_themselves_not_by_the_setting() -> None:
    own = {
        "title": "تساعد الإعلانات في تمويل ما تقرؤه هنا.",
        "body": "هل يمكن السماح بها في هذا الموقع؟",
        "not_now": "ليس الآن",
    }
    contents = Contents(NoticeSettings(), "", {"en": english().with_own(own)})
    made = contents.make("en", None, Family.OTHER, NoticeState.ASK, page_language="ar-EG")
    assert (made["lang"], made["dir"]) == ("ar-EG", "rtl")
