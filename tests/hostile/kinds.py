"""The kinds of attack that issue from one request, each made from dice: what was sent once, and its cousins."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from random import Random
from typing import Final
from urllib.parse import quote_from_bytes

from tests.hostile.inputs import (
    BASE,
    HOST,
    NAMES,
    ODD,
    ORIGINS,
    REPORTED,
    VALUES,
    Attack,
    get,
    make_body,
    make_header,
    odd,
    true_report,
)

JSON: Final = (b"content-type", b"application/json")
TOKEN: Final = "a-token-of-at-least-32-characters-for-metrics"
OPERATORS: Final = ("dashboard", "dashboard/health", "api/v1/summary", "api/v1/pages.csv")
QUERIES: Final = (*OPERATORS, "metrics")


def post(name: str, body: bytes, *headers: tuple[bytes, bytes]) -> Attack:
    """Posts a body of JSON."""
    return Attack(method="POST", target=f"{BASE}/{name}".encode(), headers=[(b"host", HOST), JSON, *headers], body=body)


def header_bytes(dice: Random, _: bytes) -> Attack:
    """What we would quote in a header of ours: a name that is no address, a method, a query, a cookie."""
    control = bytes(dice.choice(range(32)) for _ in range(dice.randint(1, 3))) + dice.choice(ODD)
    escaped = quote_from_bytes(control, safe="")
    match dice.randrange(4):
        case 0:
            return get(f"x{escaped}A:b")
        case 1:
            return get(f"{dice.choice(NAMES)}{escaped}")
        case 2:
            return get(f"dashboard?next={escaped}&lang={escaped}")
        case _:
            return get(dice.choice(NAMES), make_header(dice))


def odd_json(dice: Random, _: bytes) -> Attack:
    """A body that is nearly a report or a choice."""
    name = dice.choice(("outcome", "choice"))
    if dice.random() < 0.3:
        return post(name, json.dumps({odd(dice).decode("latin-1"): dice.choice(VALUES)}).encode())
    return post(name, make_body(dice, name))


def odd_origin(dice: Random, _: bytes) -> Attack:
    """An Origin that no URL parser likes."""
    made = dice.choice(ORIGINS) + bytes(byte for byte in odd(dice) if byte >= 32 and byte != 127)
    return post(dice.choice(("outcome", "choice", "about/choice")), b"{}", (b"origin", made.strip()))


def nul_in_a_query(dice: Random, cookies: bytes) -> Attack:
    """A site, a page or a day with NUL in it, asked for by who is logged in."""
    value = quote_from_bytes(dice.choice((b"", b"a", b"default")) + b"\x00" + dice.choice(ODD)[:9], safe="")
    key = dice.choice(("site", "site", "site", "first", "days", "lang"))
    return get(f"{dice.choice(OPERATORS)}?{key}={value}", (b"cookie", cookies))


def no_utf8(dice: Random, _: bytes) -> Attack:
    """JSON of which one text is no UTF-8."""
    name = dice.choice(("outcome", "choice"))
    report = {"ticket": "a.b.c", "page": "/", "choice": "later"} if name == "choice" else true_report()
    key = dice.choice((*report, *report, "x", "\n", dice.choice(REPORTED)))
    broken = dice.choice((b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\x80\x80"))
    body = json.dumps({**report, key: "BROKEN"}).encode()
    return post(name, body.replace(b"BROKEN", dice.choice((b"", b"a")) + broken))


def without_a_witness(_: Random, __: bytes) -> Attack:
    """The cheapest report of all."""
    return post("outcome", b"{}")


def misspelt_query(dice: Random, cookies: bytes) -> Attack:
    """A key that is nearly one of ours."""
    name = dice.choice(QUERIES)
    known = dice.choice(("site", "first", "last", "days"))
    at = dice.randrange(1, len(known))
    wrong = known[:at] + dice.choice("xyzq_-") + known[at:]
    asked = (b"authorization", b"Bearer " + TOKEN.encode()) if name == "metrics" else (b"cookie", cookies)
    return get(f"{name}?{wrong}=7", asked)


KINDS: Final[Mapping[str, Callable[[Random, bytes], Attack]]] = {
    "control characters for our headers": header_bytes,
    "odd JSON": odd_json,
    "odd Origin": odd_origin,
    "NUL in a query": nul_in_a_query,
    "no UTF-8": no_utf8,
    "reports without a witness": without_a_witness,
    "a misspelt query": misspelt_query,
}
ANSWERED: Final = {"NUL in a query": {400}, "a misspelt query": {400}, "reports without a witness": {400}}
"""Where there is but one right answer."""
