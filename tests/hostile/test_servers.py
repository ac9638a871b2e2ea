"""One request must never hurt anyone: attacks on real servers, alone and behind nginx with two of them.

`make hostile` runs all; every run has one row of each kind.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import anyio
import pytest

from tests.conformance.serving import SERVERS, serve
from tests.hostile.fronts import ALL_MARKS, BEHIND, ONE, Front, behind, needs_nginx, opened
from tests.hostile.inputs import LARGE, QUOTED, make_attack
from tests.hostile.kinds import ANSWERED, KINDS
from tests.hostile.sockets import Seen, send, send_all, wire
from tests.hostile.table import Row, tell
from tests.hostile.trial import assert_harmless, attempt, operator

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

TRIES = 2_000
ALL_TRIES = 20_000
OF_A_KIND = 200
LARGE_PAGES = 8


def dice_and_seed() -> tuple[random.Random, int]:
    """Dice for inputs, and what they follow from; pytest-randomly prints what that follows from."""
    seed = random.randrange(2**32)  # noqa: S311 - inputs, no secrets
    return random.Random(seed), seed  # noqa: S311 - the same


@pytest.mark.parametrize(
    ("server", "tries"),
    [
        (ONE, TRIES),
        *(pytest.param(server, ALL_TRIES, marks=ALL_MARKS) for server in SERVERS),
        *(pytest.param(f"{BEHIND}{server}", TRIES, marks=[needs_nginx, *ALL_MARKS]) for server in SERVERS),
    ],
)
def test_odd_requests_on_plain_sockets(server: str, tries: int, tmp_path: Path) -> None:
    dice, seed = dice_and_seed()
    with opened(server, tmp_path, "app") as front:
        cookies = anyio.run(operator, front.url).split(b"; ")
        wires = [wire(each) for each in (*QUOTED, *(make_attack(dice, cookies) for _ in range(tries)))]
        row, seen = attempt("odd requests", front, wires)
    hurt = [each for each, answer in zip(wires, seen, strict=True) if answer.failed or answer.status == 0]
    assert not hurt, f"{row}, seed {seed}: {hurt[:3]}; the bare app: {on_bare(server, tmp_path, hurt)}"
    assert_harmless(row)


def on_bare(server: str, folder: Path, wires: Sequence[tuple[bytes, bool]]) -> list[int]:
    """What the same requests get from the app without us; 0 where it drops the connection."""
    (folder / "bare").mkdir()
    with serve("attacked", server.removeprefix(BEHIND), folder / "bare", "bare") as site:
        return [each.status for each in send_all(site.port, wires[:20])]


@pytest.mark.parametrize("kind", KINDS)
def test_one_kind_of_odd_request(kind: str, front: Front) -> None:
    dice, seed = dice_and_seed()
    host = f"site{list(KINDS).index(kind)}.example.test"
    cookies = anyio.run(operator, front.url, host)
    made = [KINDS[kind](dice, cookies) for _ in range(OF_A_KIND * (5 if kind == "reports without a witness" else 1))]
    wires = [wire(each.to(host.encode())) for each in made]
    row, seen = attempt(kind, front, wires, host)
    assert_harmless(row, seed)
    assert {each.status for each in seen} <= ANSWERED.get(kind, set(range(200, 500))), seed
    assert "upstream" not in front.said


def test_a_large_page_that_is_compressed_already(front: Front) -> None:
    page = b"GET /large HTTP/1.1\r\nHost: large.example.test\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n"
    row, seen = attempt("26 MB of gzip", front, [(page, False)] * LARGE_PAGES, "large.example.test")
    assert_harmless(row)
    assert [each.status for each in seen] == [200] * LARGE_PAGES


@pytest.mark.parametrize("server", behind())
def test_readers_behind_nginx_with_two_upstreams_are_served_whatever_strangers_ask(server: str, tmp_path: Path) -> None:
    dice, seed = dice_and_seed()
    page = b"GET / HTTP/1.1\r\nHost: news.example.test\r\nConnection: close\r\n\r\n"
    readers: list[Seen] = []
    strangers: list[Seen] = []
    with opened(server, tmp_path, "app") as front:
        for attack in (*QUOTED, *LARGE * 3, *(make_attack(dice) for _ in range(200))):
            strangers += send_all(front.port, [wire(attack)])
            readers.append(send(front.port, page))
        for attack, seen in (("readers' pages between odd requests", readers), ("odd and large requests", strangers)):
            row = Row(
                attack=attack,
                server=server,
                tries=len(seen),
                errors=sum(each.failed for each in seen),
                dropped=sum(each.status == 0 for each in seen),
                tracebacks=front.tracebacks,
            )
            assert_harmless(tell(row), seed, front.said[-1500:])
        assert [each.status for each in readers] == [200] * len(readers), f"seed {seed}: {front.said[-1500:]}"
        assert "upstream" not in front.said, front.said[-1500:]
