"""The notice's scripts as they are served: the collapsed notice is small, and the rest comes when it is needed."""

from __future__ import annotations

import gzip
from typing import Final

import pytest

from adnotice.http.static_files import read_static
from adnotice.notice.endpoints import PARTS

MOST: Final = {
    "notice.js": 5_120,
    "bar.js": 2_550,
    "card.js": 3_020,
    "delayed.js": 750,
    "marked.js": 3_900,
    "panel.js": 4_750,
    "preview.js": 1_910,  # which operators load, and no reader
    "sight.js": 1_020,
}
"""Bytes of each, packed with its style."""


def packed(name: str) -> int:
    return len(gzip.compress(read_static(name), 9))


@pytest.mark.parametrize("name", ["notice.js", *PARTS])
def test_the_notice_is_small_packed_with_its_style(name: str) -> None:
    assert packed(name) <= MOST[name]


def test_the_collapsed_notice_takes_five_kilobytes_and_where_it_stands_half_of_that() -> None:
    assert packed("notice.js") <= 5 * 1024
    assert packed("notice.js") + packed("bar.js") <= 7.5 * 1024


def test_the_collapsed_notice_has_no_steps_in_it() -> None:
    collapsed = read_static("notice.js")
    for word in (b"steps_title", b"details", b"objected", b"setItem"):
        assert word not in collapsed
        assert word in read_static("panel.js")


def test_the_collapsed_notice_knows_no_place() -> None:
    collapsed = read_static("notice.js")
    for word, part in ((b"elementsFromPoint", "bar.js"), (b"MutationObserver", "marked.js"), (b"[card]", "card.js")):
        assert word not in collapsed
        assert word in read_static(part)
