"""How German and Ukrainian operators read numbers and dates, and that the file is what Babel's CLDR says."""

from __future__ import annotations

from datetime import date

import pytest

from adnotice.count.model.tally import Grain
from adnotice.insight.display import formats
from adnotice.language import Catalogue, speaking
from translations.conventions import FILE, print_conventions

NBSP = "\N{NO-BREAK SPACE}"
YEAR = "\N{NARROW NO-BREAK SPACE}\N{CYRILLIC SMALL LETTER ER}."
"""What stands behind a year in Ukrainian."""


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["1,234,567", "12k", "3.5M", "18.7%", "\N{MINUS SIGN}0.4", "0.0"]),
        ("de", ["1.234.567", "12.000", f"3,5{NBSP}Mio.", f"18,7{NBSP}%", "\N{MINUS SIGN}0,4", "0,0"]),
        ("de-AT", ["1.234.567", "12.000", f"3,5{NBSP}Mio.", f"18,7{NBSP}%", "\N{MINUS SIGN}0,4", "0,0"]),
        (
            "uk",
            [
                f"1{NBSP}234{NBSP}567",
                f"12{NBSP}тис.",
                f"3,5{NBSP}млн",
                "18,7%",
                "\N{MINUS SIGN}0,4",
                "0,0",
            ],
        ),
    ],
)
def test_numbers(language: str, said: list[str]) -> None:
    with speaking(Catalogue(language)):
        found = [
            formats.number(1_234_567),
            formats.compact(12_000),
            formats.compact(3_500_000),
            formats.percent(0.187),
            formats.signed(-0.004),
            formats.signed(-0.0001),
        ]
    assert found == said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["3 May 2026", "Sunday, 3 May 2026", "May 2026", "3 May", "May 2026", "Sunday 3 May, 15:00"]),
        ("de", ["3. Mai 2026", "Sonntag, 3. Mai 2026", "Mai 2026", "3. Mai", "Mai 2026", "Sonntag, 3. Mai, 15:00"]),
        (
            "uk",
            [
                f"3 травня 2026{YEAR}",
                f"неділя, 3 травня 2026{YEAR}",
                f"травень 2026{YEAR}",
                "3 трав.",
                f"трав. 2026{YEAR}",
                "неділя, 3 травня, 15:00",
            ],
        ),
    ],
)
def test_dates(language: str, said: list[str]) -> None:
    with speaking(Catalogue(language)):
        found = [
            formats.day(date(2026, 5, 3)),
            formats.bucket("2026-05-03", Grain.DAY),
            formats.bucket("2026-05-01", Grain.MONTH),
            formats.tick("2026-05-03", Grain.DAY),
            formats.tick("2026-05-01", Grain.MONTH),
            formats.hour_of_day("2026-05-03T14"),
        ]
    assert found == said


def test_the_file_is_what_cldr_says() -> None:
    """`make translations` makes it."""
    assert FILE.read_text(encoding="utf-8") == print_conventions(["de", "uk"])
