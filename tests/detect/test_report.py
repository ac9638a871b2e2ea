"""The decoder takes reports and rejects the rest: nothing else comes out of it, whatever goes in."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adnotice.detect.baits import MAX_TURNS
from adnotice.detect.report import MAX_REPORT_BYTES, Report, decode_report
from adnotice.http.messages import Rejected

TOKEN = "6b03153e.5a9f2a1b906c7e0d31440fd2abf60c0b"

reports = st.builds(
    Report,
    id=st.from_regex("[0-9a-f]{32}", fullmatch=True),
    page=st.text(st.characters(exclude_categories=("Cs",)), max_size=60),
    script=st.lists(st.sampled_from(["", "late", TOKEN]), max_size=MAX_TURNS).map(tuple),
    script_control=st.lists(st.sampled_from(["", "late", TOKEN]), max_size=2).map(tuple),
    image=st.lists(st.sampled_from(["", "late", "16x271"]), max_size=MAX_TURNS).map(tuple),
    image_control=st.lists(st.sampled_from(["", "late", "16x271"]), max_size=2).map(tuple),
    style=st.lists(st.sampled_from(["", "late", TOKEN]), max_size=1).map(tuple),
    style_control=st.lists(st.sampled_from(["", "late", TOKEN]), max_size=1).map(tuple),
    csp=st.booleans(),
    probe=st.sampled_from(["", "works", "failed", "absent", "pending", "refused"]),
    probe_answers=st.lists(st.sampled_from(["", "late", "arrived", "replaced"]), max_size=MAX_TURNS).map(tuple),
    others=st.sampled_from(["", "arrived", "failed"]),
    filled=st.booleans(),
    first=st.booleans(),
    asked=st.booleans(),
    returning=st.booleans(),
    may_ask=st.booleans(),
    marked=st.booleans(),
    supporter=st.booleans(),
    appeal=st.booleans(),
    slot=st.sampled_from(["", "there", "hidden"]),
    sized=st.booleans(),
    lang=st.sampled_from(["", "de", "pt-BR"]),
    referrer=st.sampled_from(["", "search.example.test", "[::1]:8000"]),
    again=st.none() | st.text(st.characters(exclude_categories=("Cs",)), max_size=60),
)


def read(body: bytes) -> Report | Rejected:
    try:
        return decode_report(body)
    except Rejected as rejected:
        return rejected


@given(reports, st.booleans())
@example(Report(id="0" * 32, page=":"), False)
@example(Report(id="0" * 32, page='/":"\\'), True)
def test_every_report_survives_the_way_through_json(report: Report, spaced: bool) -> None:
    body = msgspec.json.encode(report)
    if spaced:
        body = json.dumps(json.loads(body), indent=2, ensure_ascii=True).encode()
    assert decode_report(body) == report


@given(st.binary(max_size=MAX_REPORT_BYTES))
@settings(max_examples=1_000)
def test_bytes_are_rejected_and_raise_nothing_else(body: bytes) -> None:
    with pytest.raises(Rejected) as rejected:
        decode_report(body)
    assert rejected.value.status == 400


@pytest.mark.slow
@given(reports.map(msgspec.json.encode), st.data())
@settings(max_examples=1_000)
def test_a_report_with_bytes_changed_is_a_report_or_rejected(body: bytes, data: st.DataObject) -> None:
    changed = bytearray(body)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(changed) - 1))
        changed[place : place + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=3))
        if not changed:
            break
    report = read(bytes(changed))
    if isinstance(report, Rejected):
        assert report.status == 400
        name, value = report.answer().headers[1]
        assert name == b"x-adnotice"
        assert not set(value) & set(b"\r\n\0")
    else:
        assert len(report.id) == 32


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=20), inner, max_size=5),
    max_leaves=20,
)


@pytest.mark.slow
@given(st.sampled_from(Report.__struct_fields__), json_values)
@settings(max_examples=1_000)
def test_a_field_of_another_kind_is_rejected(field: str, value: Any) -> None:
    body = json.dumps({"id": "0" * 32, "page": "/", field: value}).encode()
    report = read(body)
    if isinstance(report, Rejected):
        assert report.status == 400
    else:
        got = getattr(report, field)
        assert type(got) is (tuple if type(value) is list else type(value))


@given(st.sampled_from(["id", "page", "first"]), st.sampled_from(['"{}":', '"{}" :', '"{}"\n\t:']))
def test_a_key_given_twice_is_rejected(field: str, written: str) -> None:
    given_once = {"id": "0" * 32, "page": '/a":b', "first": True}
    body = json.dumps(given_once)
    again = f"{body[:-1]},{written.format(field)}{json.dumps(given_once[field])}}}"
    decode_report(body.encode())
    with pytest.raises(Rejected, match="a key is given twice"):
        decode_report(again.encode())
