"""Everyone is left in peace until a time: nobody is asked, views are measured. Seen on real processes and by their commands."""

from __future__ import annotations

import json
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from adnotice import cli
from adnotice.commands.peace import read_time
from adnotice.count.stores.open import open_store
from adnotice.insight.audit_log import AuditAction, AuditLog
from adnotice.mode import LONGEST_PEACE_SECONDS, SETTLE_SECONDS, CurrentMode, begin_peace, end_peace, find_peace
from adnotice.vocabulary import Mode
from tests.asking_processes import a_blocked_report, command, is_asked, processes
from tests.honest import BASE, HonestBrowser

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC).timestamp()


class Notes:
    """Notes in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        return self.kept.get(name)

    def put(self, name: str, value: str, expires: float | None = None) -> None:
        assert expires is not None, "a peace that nobody ends must end by itself"
        self.kept[name] = value

    def remove(self, name: str) -> None:
        self.kept.pop(name, None)


def later(**ahead: float) -> str:
    """A time as operators write it, in UTC."""
    return (datetime.now(UTC) + timedelta(**ahead)).strftime("%Y-%m-%d %H:%M:%S")


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A store of the test's own."""
    return f"sqlite:///{tmp_path / 'counts.db'}"


# ---- real processes ----


@pytest.mark.slow
@pytest.mark.anyio
async def test_after_the_command_returned_no_process_asks_and_all_measure(sqlite_url: str, tmp_path: Path) -> None:
    with processes(sqlite_url, tmp_path, 2) as (one, other):
        async with one.client() as first, other.client() as second:
            assert await is_asked(first)
            waiting = [await a_blocked_report(client) for client in (first, second)]
            began = time.monotonic()
            said = await command(sqlite_url, "peace", "--until", later(hours=1))
            assert time.monotonic() - began >= SETTLE_SECONDS
            assert said.startswith("everyone is left in peace until ")
            for client, report in zip((first, second), waiting, strict=True):
                answer = await client.post(f"{BASE}/outcome", json=report)
                found = json.loads(answer.headers["x-adnotice"])
                assert (found["verdict"], found["quiet"], found["counted"]) == ("blocked", "everyone", True)
            assert "everyone is left in peace until " in await command(sqlite_url, "mode")
            assert json.loads(await command(sqlite_url, "mode", "--json"))["peace_until"]
            figures = json.loads(await command(sqlite_url, "figures", "--days", "1"))
            assert datetime.fromisoformat(figures["peace_until"]) > datetime.now(UTC)
            assert {each["name"]: each["share"]["n"] for each in figures["quiet"]} == {"everyone": 2}
            assert figures["views"]["blocked"] == 3
            assert any("Everyone is left in peace until" in each["found"] for each in figures["findings"])
            metrics = await command(sqlite_url, "figures", "metrics")
            assert "adnotice_peace_until_seconds 0" not in metrics
            assert "adnotice_peace_until_seconds" in metrics
            assert (await command(sqlite_url, "peace", "--end")).startswith("nobody is left in peace")
            assert json.loads(await command(sqlite_url, "peace", "--json")) == {"peace_until": None}
            with closing(open_store(sqlite_url)) as store:
                assert [(event.by, event.action) for event in AuditLog(store.notes).all()] == [
                    ("command line", AuditAction.PEACE),
                    ("command line", AuditAction.PEACE_ENDED),
                ]
            assert await is_asked(second)
            assert json.loads(await command(sqlite_url, "figures", "--days", "1"))["peace_until"] is None
            assert "adnotice_peace_until_seconds 0" in await command(sqlite_url, "figures", "metrics")


@pytest.mark.slow
@pytest.mark.anyio
async def test_the_peace_ends_by_itself(sqlite_url: str, tmp_path: Path) -> None:
    with processes(sqlite_url, tmp_path) as (process,):
        async with process.client() as client:
            assert await is_asked(client)
            await command(sqlite_url, "peace", "--until", later(seconds=18))
            assert not await is_asked(client)
            with anyio.fail_after(30):
                while not await is_asked(client):
                    await anyio.sleep(0.5)


@pytest.mark.slow
@pytest.mark.anyio
async def test_in_peace_nobody_is_thanked_either(sqlite_url: str, tmp_path: Path) -> None:
    async def is_thanked(client: httpx.AsyncClient) -> bool:
        report: dict[str, Any] = await HonestBrowser(client).test()
        answer = await client.post(f"{BASE}/outcome", json={**report, "returning": True})
        return b"thanks_title" in answer.content

    with processes(sqlite_url, tmp_path) as (process,):
        async with process.client() as client:
            assert await is_asked(client)
            assert await is_thanked(client)
            await command(sqlite_url, "peace", "--until", later(hours=1))
            assert not await is_thanked(client)


# ---- the command ----


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--until", "2020-01-01"], "the time is past"),
        (["--until", "soon"], "no time: give one such as "),
        (["--until", "25:00"], "no time: give one such as "),
        (["--until", "2999-01-01"], "the time is more than 31 days away. For longer than that: adnotice mode measure"),
    ],
)
def test_a_time_that_can_not_be_meant_is_refused_and_changes_nothing(
    options: list[str], said: str, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["mode", "ask", "--create", "--no-wait", "--store", sqlite_url]) == 0
    capsys.readouterr()
    assert cli.main(["peace", *options, "--no-wait", "--store", sqlite_url]) == 2
    assert said in capsys.readouterr().err
    assert cli.main(["peace", "--store", sqlite_url]) == 0
    assert "nobody is left in peace" in capsys.readouterr().out


def test_there_is_no_peace_in_a_store_that_is_not_there(sqlite_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["peace", "--until", later(hours=1), "--store", sqlite_url]) == 2
    assert "--store" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "timezone", "meant"),
    [
        ("2026-11-30 18:00", "UTC", "2026-11-30T18:00+00:00"),
        ("2026-11-30 18:00", "Europe/Kyiv", "2026-11-30T18:00+02:00"),
        ("2026-12-01", "Europe/Kyiv", "2026-12-01T00:00+02:00"),
        ("2026-11-30T18:00-05:00", "Europe/Kyiv", "2026-11-30T18:00-05:00"),
        ("18:00", "Europe/Kyiv", "2026-11-30T18:00+02:00"),
        ("13:59", "Europe/Kyiv", "2026-12-01T13:59+02:00"),
        ("14:00", "Europe/Kyiv", "2026-12-01T14:00+02:00"),
    ],
)
def test_a_time_is_the_sites_own(text: str, timezone: str, meant: str) -> None:
    """It is noon in Greenwich, 14:00 in Kyiv."""
    assert read_time(text, timezone, NOON) == datetime.fromisoformat(meant).timestamp()


@pytest.mark.parametrize(
    ("now", "text", "meant"),
    [
        ("2026-10-25T02:30+02:00", "02:45", "2026-10-25T02:45+02:00"),
        ("2026-10-25T02:50+02:00", "02:45", "2026-10-25T02:45+01:00"),
        ("2026-10-25T02:30+01:00", "02:45", "2026-10-25T02:45+01:00"),
        ("2026-10-25T02:50+01:00", "02:45", "2026-10-26T02:45+01:00"),
    ],
)
def test_a_time_alone_is_the_next_that_comes_in_the_hour_that_comes_twice_too(now: str, text: str, meant: str) -> None:
    found = read_time(text, "Europe/Berlin", datetime.fromisoformat(now).timestamp())
    assert found == datetime.fromisoformat(meant).timestamp()


# ---- the value ----


def test_peace_begins_ends_and_is_over_by_itself() -> None:
    notes = Notes()
    assert find_peace(notes, NOON) is None
    begin_peace(notes, NOON + 60, NOON)
    assert find_peace(notes, NOON) == NOON + 60
    assert find_peace(notes, NOON + 60) is None
    begin_peace(notes, NOON + 600, NOON)
    assert find_peace(notes, NOON + 60) == NOON + 600
    end_peace(notes)
    assert find_peace(notes, NOON) is None
    end_peace(notes)


@pytest.mark.parametrize("ahead", [-1, 0, LONGEST_PEACE_SECONDS + 1])
def test_a_peace_that_is_over_or_never_ends_is_refused(ahead: float) -> None:
    notes = Notes()
    with pytest.raises(ValueError, match="the time is"):
        begin_peace(notes, NOON + ahead, NOON)
    assert notes.kept == {}


def test_a_note_that_nobody_can_read_is_no_peace() -> None:
    notes = Notes()
    notes.kept["peace"] = "until the rain stops"
    assert find_peace(notes, NOON) is None


def test_a_process_knows_when_the_peace_is_over_without_another_look() -> None:
    now = [NOON]
    current = CurrentMode(Mode.ASK, wall=lambda: now[0])
    assert not current.peace()
    current.tell(None, current.now(), NOON + 60)
    assert current.peace()
    now[0] += 60
    assert not current.peace()
    current.tell(None, current.now(), NOON + 600)
    current.tell(None, current.now())
    assert not current.peace()
