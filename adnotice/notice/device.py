"""The reader's browser and system, as far as they differ in the blockers that one can have there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from adnotice.agents import Agent
from adnotice.vocabulary import Kind, Word


class Device(Word):
    """Where the reader reads; the likely blockers of each stand in `_BLOCKERS`."""

    BRAVE = "brave"
    CHROME = "chrome"
    DUCKDUCKGO = "duckduckgo"
    EDGE = "edge"
    EDGE_ON_A_PHONE = "edge on a phone"
    FIREFOX = "firefox"
    FIREFOX_ON_A_PHONE = "firefox on a phone"
    IOS = "ios"
    OPERA = "opera"
    OPERA_ON_A_PHONE = "opera on a phone"
    PHONE = "phone"
    SAFARI = "safari"
    SAMSUNG = "samsung"


_ON_THE_WAY: Final = ("private_dns", "dns", "vpn")
_BLOCKERS: Final[Mapping[Device, tuple[str, ...]]] = {
    Device.BRAVE: ("brave", "ublock_origin", "adguard", "other"),
    Device.CHROME: (
        "adblock",
        "ublock_origin_lite",
        "adblock_plus",
        "adguard",
        "ublock_origin",
        "ghostery",
        "privacy_badger",
        "other",
    ),
    Device.DUCKDUCKGO: ("duckduckgo", "other"),
    Device.EDGE: (
        "adblock",
        "ublock_origin",
        "ublock_origin_lite",
        "adblock_plus",
        "adguard",
        "ghostery",
        "edge",
        "other",
    ),
    Device.EDGE_ON_A_PHONE: ("edge_on_a_phone", "adguard_on_a_phone", *_ON_THE_WAY),
    Device.FIREFOX: (
        "ublock_origin",
        "adblock_plus",
        "adguard",
        "adblock",
        "ghostery",
        "privacy_badger",
        "firefox",
        "other",
    ),
    Device.FIREFOX_ON_A_PHONE: (
        "ublock_origin_on_a_phone",
        "adguard_on_a_phone",
        "ghostery_on_a_phone",
        "privacy_badger_on_a_phone",
        "firefox",
        "other_on_a_phone",
    ),
    Device.IOS: ("safari_on_a_phone", "brave", "duckduckgo", "other_on_a_phone"),
    Device.OPERA: ("opera", "ublock_origin", "adblock_plus", "adguard", "other"),
    Device.OPERA_ON_A_PHONE: ("opera_on_a_phone", "adguard_on_a_phone", *_ON_THE_WAY),
    Device.PHONE: ("adguard_on_a_phone", *_ON_THE_WAY, "other_on_a_phone"),
    Device.SAFARI: ("safari", "adguard", "ghostery", "adblock", "other"),
    Device.SAMSUNG: ("samsung", "adguard_on_a_phone", *_ON_THE_WAY, "other_on_a_phone"),
}
_STOPS_HOSTS: Final[Mapping[Device, tuple[str, ...]]] = {
    # of what browsers bring along, only what stops ad hosts and leaves the site's own addresses alone
    Device.BRAVE: ("brave", "dns", "vpn"),
    Device.FIREFOX: ("firefox", "dns", "vpn"),
    Device.FIREFOX_ON_A_PHONE: ("firefox", *_ON_THE_WAY),
}
_ON_COMPUTERS: Final = {
    "Brave": Device.BRAVE,
    "DuckDuckGo": Device.DUCKDUCKGO,
    "Edge": Device.EDGE,
    "Firefox": Device.FIREFOX,
    "Opera": Device.OPERA,
    "Safari": Device.SAFARI,
}
_ON_PHONES: Final = {
    "Brave": Device.BRAVE,
    "DuckDuckGo": Device.DUCKDUCKGO,
    "Edge": Device.EDGE_ON_A_PHONE,
    "Firefox": Device.FIREFOX_ON_A_PHONE,
    "Opera": Device.OPERA_ON_A_PHONE,
    "Samsung Internet": Device.SAMSUNG,
}


def find_device(agent: Agent, hints: str) -> Device:
    """The device of a reader; `hints` is the header Sec-CH-UA, in which Brave gives its name where its User-Agent doesn't."""
    if "Brave" in hints:
        return Device.BRAVE
    if agent.system == "iOS":
        return Device.IOS  # every browser there has Safari's content blockers
    if agent.system == "Android":
        return _ON_PHONES.get(agent.browser, Device.PHONE)
    return _ON_COMPUTERS.get(agent.browser, Device.CHROME)


def list_blockers(kind: Kind, device: Device) -> tuple[str, ...]:
    """What this reader may have, by the names of the steps, the likely one first; empty where nothing can be done."""
    return _STOPS_HOSTS.get(device, ()) if kind is Kind.HOSTS else _BLOCKERS[device]
