"""The figures for other programs: what a spreadsheet, a script and Prometheus read again."""

from __future__ import annotations

import csv
import io

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adnotice.count.model.tally import Metric
from adnotice.insight.analysis.summary import Metrics
from adnotice.insight.display.exports import MAX_METRIC_SITES, fold_sites, to_csv, to_prometheus
from adnotice.vocabulary import Mode, Quiet, Refusal, Rejection

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


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2)))
def test_whatever_the_cells_hold_the_table_is_read_again_as_it_was(rows: list[list[str]]) -> None:
    again = read(to_csv((["a", "b"], rows)))[1:]
    assert [[cell.removeprefix("'") for cell in row] for row in again] == [
        [cell.removeprefix("'") for cell in row] for row in rows
    ]
    assert not [cell for row in again for cell in row if cell and cell[0] in "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"]


def test_what_is_not_known_is_an_empty_cell_and_numbers_stay_numbers() -> None:
    assert read(to_csv((["a", "b", "c"], [(None, 0.25, 0)]))) == [["a", "b", "c"], ["", "0.25", "0"]]


def metrics(sites: int) -> Metrics:
    return Metrics(
        sites={f"site {number}": dict.fromkeys(Metric, number + 1) for number in range(sites)},
        refusals={reason.value: 1 for reason in Refusal},
        rejections={reason.value: 1 for reason in Rejection},
        quiet={reason.value: 1 for reason in Quiet},
        mode=Mode.ASK,
        healthy=True,
    )


def samples(text: bytes) -> dict[str, float]:
    """What a scraper reads: every line that is no comment is a name with labels and a number."""
    lines = [line for line in text.decode().split("\n") if line and not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


@pytest.mark.parametrize("sites", [0, 1, MAX_METRIC_SITES, 200])
def test_there_are_500_series_at_most_however_many_sites(sites: int) -> None:
    text = to_prometheus(metrics(sites))
    found = samples(text)
    assert len(found) == text.decode().count("\n") - text.decode().count("# ")
    assert len(found) <= 500
    total = sum(value for name, value in found.items() if 'metric="clear"' in name)
    assert total == sum(range(1, sites + 1))


def test_a_site_s_name_can_not_break_out_of_its_label() -> None:
    odd = 'a"} 1\nadnotice_mode{mode="\\'
    text = to_prometheus(msgspec.structs.replace(metrics(0), sites={odd: {Metric.CLEAR: 5}}))
    assert rb'adnotice_counted_total{site="a\"} 1\nadnotice_mode{mode=\"\\",metric="clear"} 5' in text
    assert len(samples(text)) == len(samples(to_prometheus(metrics(1))))


def test_every_metric_says_what_it_counts() -> None:
    lines = to_prometheus(metrics(2)).decode().splitlines()
    names = {line.split("{")[0].split(" ")[0] for line in lines if not line.startswith("#")}
    for kind in ("HELP", "TYPE"):
        assert {line.split(" ")[2] for line in lines if line.startswith(f"# {kind} ")} == names
    assert all(name.endswith("_total") for line in lines if " counter" in line for name in [line.split(" ")[2]])


def test_sites_beyond_the_room_are_summed() -> None:
    folded = fold_sites({f"{number:02}": {Metric.CLEAR: 1} for number in range(20)})
    assert list(folded) == [*(f"{number:02}" for number in range(MAX_METRIC_SITES)), "(other)"]
    assert folded["(other)"][Metric.CLEAR] == 20 - MAX_METRIC_SITES
