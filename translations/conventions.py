"""How languages write numbers and dates, from CLDR, into adnotice/insight/display/conventions.json: Babel weighs 33 MB and is
not needed to run. English stands as we have always written it, which is British, with a capital M."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from babel import Locale

from adnotice.insight.display import conventions

FILE: Final = Path(conventions.__file__).with_suffix(".json")
LANGUAGES: Final[Mapping[str, str]] = dict(
    part.split(":")
    for part in (
        "ar:Arabic bg:Bulgarian bn:Bengali bs:Bosnian ca:Catalan cs:Czech da:Danish de:German el:Greek en:English "
        "es:Spanish et:Estonian eu:Basque fa:Persian fi:Finnish fr:French ga:Irish gl:Galician he:Hebrew hi:Hindi "
        "hr:Croatian hu:Hungarian id:Indonesian is:Icelandic it:Italian ja:Japanese ka:Georgian ko:Korean lt:Lithuanian "
        "lv:Latvian mk:Macedonian ms:Malay nb:Norwegian nl:Dutch nn:Nynorsk no:Norwegian pl:Polish pt:Portuguese "
        "ro:Romanian ru:Russian sk:Slovak sl:Slovenian sq:Albanian sr:Serbian sv:Swedish sw:Swahili ta:Tamil th:Thai "
        "tr:Turkish uk:Ukrainian ur:Urdu vi:Vietnamese zh:Chinese"
    ).split()
)
"""The languages that browsers ask for most often (CLDR's English names); others stand under their codes."""

ENGLISH: Final = {"compact": [[1e9, "{n}bn"], [1e6, "{n}M"], [1e4, "{n}k"]], "languages": dict(LANGUAGES)}
COMPACT_FROM: Final = {1e9: "1000000000", 1e6: "1000000", 1e4: "10000"}


def print_conventions(tags: Sequence[str]) -> str:
    """The file for these languages, English first."""
    found = {"en": {**collect("en_GB"), **ENGLISH}, **{tag: collect(tag.replace("-", "_")) for tag in tags}}
    return json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def collect(name: str) -> Mapping[str, Any]:
    """What `Conventions` holds, of one of CLDR's locales."""
    locale = Locale.parse(name)
    symbols = locale.number_symbols["latn"]
    skeletons = locale.datetime_skeletons
    return {
        "decimal": symbols["decimal"],
        "group": symbols["group"],
        "minus": "\N{MINUS SIGN}",
        "percent": re.sub(r"[#,0.]+", "{n}", str(locale.percent_formats[None].pattern)),
        "compact": [
            [limit, unit] for limit, name in COMPACT_FROM.items() if (unit := _compact(locale, name)) is not None
        ],
        "day": str(locale.date_formats["long"].pattern),
        "weekday_and_day": str(locale.date_formats["full"].pattern),
        "weekday_and_date": str(skeletons["MMMMEd"].pattern).replace("E", "EEEE"),
        "day_and_month": str(skeletons["MMMMd"].pattern),
        "short_date": str(skeletons["MMMd"].pattern),
        "day_of_month": str(skeletons["MMMMd"].pattern).partition(" ")[
            0
        ],  # as it stands before a month: "1." in German
        "month": str(skeletons["yMMMM"].pattern),
        "short_month": str(skeletons["yMMM"].pattern),
        "months": _names(locale.months["format"]["wide"]),
        "months_alone": _names(locale.months["stand-alone"]["wide"]),
        "short_months": _names(locale.months["format"]["abbreviated"]),
        "short_months_alone": _names(locale.months["stand-alone"]["abbreviated"]),
        "weekdays": _names(locale.days["stand-alone"]["wide"]),
        "languages": {code: locale.languages[code] for code in LANGUAGES},
    }


def _names(given: Mapping[int, str]) -> list[str]:
    return [
        {"Sept": "Sep"}.get(given[number], given[number]) for number in sorted(given)
    ]  # English has it in three letters


def _compact(locale: Locale, name: str) -> str | None:
    pattern = str(locale.compact_decimal_formats["short"]["other"][name].pattern)
    unit = re.sub(r"0+", "{n}", pattern).replace("'", "")
    return None if unit == "{n}" else unit
