"""The notice's scripts as they are served: the collapsed notice is small, and the rest comes when something is pressed."""

from __future__ import annotations

import gzip

import pytest

from adnotice.http.static_files import read_static


@pytest.mark.parametrize(
    ("name", "kilobytes"), [("notice.js", 7), ("panel.js", 5), ("marked.js", 4), ("preview.js", 1), ("delayed.js", 1)]
)
def test_the_notice_is_small_packed_with_its_style(name: str, kilobytes: int) -> None:
    assert len(gzip.compress(read_static(name), 9)) <= kilobytes * 1024


def test_the_collapsed_notice_has_no_steps_in_it() -> None:
    collapsed = read_static("notice.js")
    for word in (b"steps_title", b"summary", b"objected", b"setItem"):
        assert word not in collapsed
        assert word in read_static("panel.js")
