"""The notice's script as it is served: small, and one answer."""

from __future__ import annotations

import gzip

from adnotice.http.static_files import read_static


def test_the_notice_is_one_answer_of_at_most_nine_and_a_half_kilobytes_packed() -> None:
    assert len(gzip.compress(read_static("notice.js"), 9)) <= 9_728
