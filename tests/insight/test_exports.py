"""The figures for other programs: what a spreadsheet and a script read again."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adnotice.insight.display.exports import ROWS_AT_ONCE, plain, to_csv, write_csv

DANGEROUS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\uff1d1",
    "\uff0b1",
    "\uff0d1",
    "\uff201",
    '=HYPERLINK("https://example.test","x")',
    "=cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!D2",
    "@",
    "=",
    "+\u202e",
]


def read(raw: bytes) -> list[list[str]]:
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True))


@pytest.mark.parametrize("cell", DANGEROUS)
def test_no_cell_is_taken_for_a_formula(cell: str) -> None:
    assert read(to_csv((["page", "n"], [(cell, 1)]))) == [["page", "n"], ["'" + cell, "1"]]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("cell", ["/x;=cmd|' /C calc'!A0;", "/a\t=1+1", "/b,=1+1", ";=1", "a;\n=1", '/"x";=1'])
def test_no_part_of_a_cell_is_taken_for_a_formula_where_cells_are_parted_otherwise(cell: str, separator: str) -> None:
    """A comma parts cells here, in spreadsheets of many languages a semicolon."""
    text = to_csv((["page", "n"], [(cell, 1)])).decode("utf-8-sig")
    found = [part for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) for part in row]
    assert cell in [part.removeprefix("'").partition(",1")[0] for part in found] or separator != ","
    assert not [part for part in found if part.startswith("=")]


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2)))
def test_whatever_the_cells_hold_the_table_is_read_again_as_it_was(rows: list[list[str]]) -> None:
    again = read(to_csv((["a", "b"], rows)))[1:]
    assert [[cell.removeprefix("'") for cell in row] for row in again] == [
        [cell.removeprefix("'") for cell in row] for row in rows
    ]
    assert not [cell for row in again for cell in row if cell and cell[0] in "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"]


def test_what_is_not_known_is_an_empty_cell_and_numbers_stay_numbers() -> None:
    assert read(to_csv((["a", "b", "c"], [(None, 0.25, 0)]))) == [["a", "b", "c"], ["", "0.25", "0"]]


@pytest.mark.parametrize(
    ("rate", "plain_rate"),
    [
        (620 / 3000, 0.207),
        (0.0, 0.0),
        (1.0, 1.0),
        (0.00123456, 0.0012),
        (0.9987654, 0.9988),
        (-0.00412, -0.0041),
        (None, None),
    ],
)
def test_a_share_has_no_more_digits_than_it_is_worth(rate: float | None, plain_rate: float | None) -> None:
    assert plain(rate) == (None if plain_rate is None else pytest.approx(plain_rate, abs=1e-12))


def test_a_long_table_is_written_in_pieces() -> None:
    pieces = list(write_csv((("n",), ((n,) for n in range(1_000)))))
    assert len(pieces) == 1 + 1_000 / ROWS_AT_ONCE
    assert read(b"".join(pieces)) == [["n"], *([str(n)] for n in range(1_000))]
