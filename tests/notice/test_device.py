"""Readers are told of the blockers that they can have where they read."""

from __future__ import annotations

import pytest

from adnotice.agents import classify_agent
from adnotice.notice.device import Device, find_device, list_blockers
from adnotice.notice.words import SENTENCES
from adnotice.vocabulary import Kind

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)
ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36"
)
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "hints", "device"),
    [
        (FIREFOX, "", Device.FIREFOX),
        ("Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", "", Device.FIREFOX_ON_A_PHONE),
        (CHROME, '"Chromium";v="142", "Google Chrome";v="142"', Device.CHROME),
        (CHROME, '"Chromium";v="142", "Brave";v="142"', Device.BRAVE),
        (ANDROID, '"Chromium";v="142", "Brave";v="142"', Device.BRAVE),
        (CHROME + " Edg/142.0.0.0", "", Device.EDGE),
        (CHROME + " OPR/124.0.0.0", "", Device.OPERA),
        (ANDROID, "", Device.PHONE),
        (ANDROID + " EdgA/142.0.0.0", "", Device.EDGE_ON_A_PHONE),
        (ANDROID + " OPR/90.0.0.0", "", Device.OPERA_ON_A_PHONE),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0"
            " Chrome/130.0.0.0 Mobile Safari/537.36",
            "",
            Device.SAMSUNG,
        ),
        (IPHONE + " Version/18.6 Mobile/15E148 Safari/604.1", "", Device.IOS),
        (IPHONE + " FxiOS/140.0 Mobile/15E148 Safari/605.1.15", "", Device.IOS),
        (IPHONE + " CriOS/142.0.0.0 Mobile/15E148 Safari/604.1", "", Device.IOS),
        (MAC + " Version/18.6 Safari/605.1.15", "", Device.SAFARI),
        (MAC + " Version/18.6 Safari/605.1.15 Ddg/18.6", "", Device.DUCKDUCKGO),
        ("", "", Device.CHROME),
    ],
)
def test_a_device_is_told_by_its_headers(agent: str, hints: str, device: Device) -> None:
    assert find_device(classify_agent(agent), hints) is device


ON_PHONES = [
    Device.EDGE_ON_A_PHONE,
    Device.FIREFOX_ON_A_PHONE,
    Device.IOS,
    Device.OPERA_ON_A_PHONE,
    Device.PHONE,
    Device.SAMSUNG,
]


@pytest.mark.parametrize("device", ON_PHONES)
@pytest.mark.parametrize("kind", Kind)
def test_a_phone_has_no_puzzle_piece_and_no_icons_beside_the_address_bar(device: Device, kind: Kind) -> None:
    for name in list_blockers(kind, device):
        said = SENTENCES[f"how_{name}"]
        assert isinstance(said, str)
        assert "puzzle" not in said
        assert " icon" not in said


@pytest.mark.parametrize("device", Device)
def test_every_device_has_steps_each_once_and_the_likely_first(device: Device) -> None:
    names = list_blockers(Kind.CONTENT, device)
    assert len(names) == len(set(names)) >= 2
    assert all(f"how_{name}" in SENTENCES for name in names)


def test_of_what_browsers_bring_along_only_what_stops_hosts_is_named_for_them() -> None:
    assert list_blockers(Kind.HOSTS, Device.FIREFOX)[0] == "firefox"
    assert list_blockers(Kind.HOSTS, Device.BRAVE)[0] == "brave"
    assert list_blockers(Kind.HOSTS, Device.CHROME) == ()
    assert list_blockers(Kind.HOSTS, Device.IOS) == ()


def test_every_steps_of_ours_are_for_somebody() -> None:
    used = {name for kind in Kind for device in Device for name in list_blockers(kind, device)}
    assert used == {name.removeprefix("how_") for name in SENTENCES if name.startswith("how_")}
