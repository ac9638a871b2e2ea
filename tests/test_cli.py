"""The command line, as an operator types it."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adnotice import __version__
from adnotice.cli import main
from adnotice.commands.output import ESCAPED, explain_failure, take_any_letter
from adnotice.count.model.tally import Batch, Dimension, Entry, Key, Metric
from adnotice.count.settings import CountSettings
from adnotice.count.stores.open import open_store
from adnotice.insight.access.passwords import check_password
from adnotice.keys import problems


@pytest.fixture
def store_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store that ADNOTICE_STORE_URL names, with 8 clear and 2 blocked views of today."""
    url = f"sqlite:///{tmp_path / 'adnotice.db'}"
    for name in ("SECRET_KEY", "TIMEZONE", "MODE", "SITE"):
        monkeypatch.delenv(f"ADNOTICE_{name}", raising=False)
    monkeypatch.setenv("ADNOTICE_STORE_URL", url)
    fill(url)
    return url


def fill(url: str, timezone: str = "UTC") -> None:
    import time

    deltas = {
        Key("default", dimension, value, metric): n
        for dimension, value in ((Dimension.ALL, ""), (Dimension.PAGE, "/budget"))
        for metric, n in ((Metric.CLEAR, 8), (Metric.BLOCKED_CONTENT, 2))
    }
    store = open_store(url, CountSettings(store_url=url, timezone=timezone))
    now = time.time()
    store.commit(Batch(now, (Entry("filled", now + 60, (), deltas),)))
    store.close()


def test_new_secret_prints_one_that_is_strong_enough(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new-secret"]) == 0
    assert list(problems(capsys.readouterr().out.strip())) == []


def test_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"adnotice {__version__}\n"


TOLD: tuple[tuple[str, ...], ...] = (
    ("figures",),
    ("figures", "series"),
    ("report",),
    ("mode",),
    ("watch",),
    ("wording",),
    ("wording", "--html"),
    ("new-secret",),
    ("completion", "bash"),
    ("--version",),
    ("--help",),
)
"""Commands that print something and ask for nothing."""


def run_command(*arguments: str, out: Any = subprocess.PIPE, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The command in a process of its own, with its output buffered as in a pipe."""
    command = [sys.executable, "-m", "adnotice", *arguments]
    given = {**os.environ, **environment}
    return subprocess.run(command, stdout=out, stderr=subprocess.PIPE, env=given, check=False, timeout=60)


@pytest.mark.process
@pytest.mark.usefixtures("store_url")
@pytest.mark.parametrize("arguments", TOLD, ids=" ".join)
def test_a_full_disk_under_the_output_is_told_in_a_line(arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = run_command(*arguments, out=full)
    told = done.stderr.decode()
    assert (done.returncode, "Traceback" in told, "Exception ignored" in told) == (1, False, False), told
    assert "No space left on device" in told.splitlines()[-1]


@pytest.mark.process
@pytest.mark.usefixtures("store_url")
@pytest.mark.parametrize("arguments", TOLD, ids=" ".join)
def test_who_reads_no_further_makes_no_noise(arguments: tuple[str, ...]) -> None:
    """As with `| head -1`: nobody is at the pipe's other end."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        told = run_command(*arguments, out=closed).stderr.decode()
    assert not re.search("Traceback|Exception ignored|Broken pipe", told), told


@pytest.mark.process
@pytest.mark.usefixtures("store_url")
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_letters_that_the_locale_lacks_stop_no_command(encoding: str) -> None:
    for arguments in TOLD:
        done = run_command(*arguments, PYTHONIOENCODING=encoding)
        assert (done.returncode, done.stderr.decode().count("Traceback")) in ((0, 0), (1, 0)), done.stderr.decode()
        assert done.stdout
        if arguments == ("figures",):
            json.loads(done.stdout.decode(encoding))


@given(st.text())
@example("Übernahme \N{GRINNING FACE} \u2019 \ud800")
def test_json_can_be_read_whatever_letters_the_locale_lacks(text: str) -> None:
    take_any_letter()
    for encoding in ("ascii", "latin-1", "cp1252", "utf-8"):
        told = msgspec.json.encode(text.encode("utf-8", "replace").decode()).decode()
        assert json.loads(told.encode(encoding, ESCAPED).decode(encoding)) == json.loads(told)


@pytest.mark.process
@pytest.mark.usefixtures("store_url")
def test_without_any_output_a_command_does_its_work() -> None:
    shell = f"exec '{sys.executable}' -m adnotice mode off >&-"
    assert subprocess.run(["sh", "-c", shell], check=False, timeout=60).returncode == 0
    assert run_command("mode").stdout.splitlines()[0] == b"off"


def test_a_failure_without_any_output_is_explained_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert explain_failure(PermissionError(13, "Permission denied", "words.toml")).endswith(
        "Permission denied: words.toml"
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_hash_password_takes_a_line_that_is_piped_in(
    end: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("read all about it" + end))
    assert main(["hash-password"]) == 0
    printed = capsys.readouterr()
    (hashed,) = printed.out.splitlines()  # alone, for who pipes it on
    assert check_password("read all about it", hashed)
    assert "Quote it" in printed.err


def test_the_choices_of_mode_are_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mode", "loud"]) == 2
    assert "off, measure, ask" in capsys.readouterr().err.replace("'", "")


@pytest.mark.parametrize(
    "wrong", [["nothing"], ["mode", "--nothing"], ["backup"], ["serve", "--port", "x"], ["mode", "ask", "x"]]
)
def test_what_is_wrongly_asked_ends_with_2_and_the_usage(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(wrong) == 2
    said = capsys.readouterr()
    assert "Usage: adnotice" in said.err
    assert said.out == ""


@pytest.mark.parametrize("port", ["0", "65536"])
def test_a_port_that_there_is_not_is_wrongly_asked(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--port", port]) == 2
    assert f"{port} is not in the range" in capsys.readouterr().err


def test_where_another_listens_serve_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "--site-name", "News", "--password", "read all about it"]) == 0
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 1
    told = f"nobody can listen on 127.0.0.1, port {port}: Address already in use. Choose another with --port"
    assert capsys.readouterr().err.splitlines()[-1] == told


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_told_how_to_complete(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    assert "_ADNOTICE_COMPLETE" in capsys.readouterr().out


@pytest.mark.process
def test_a_shell_completes_commands_and_choices() -> None:
    for words, offered in (
        ("adnotice mo", {"mode"}),
        ("adnotice mode m", {"measure"}),
        ("adnotice prune --st", {"--store"}),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "adnotice"],
            env={
                **os.environ,
                "_ADNOTICE_COMPLETE": "bash_complete",
                "COMP_WORDS": words,
                "COMP_CWORD": str(words.count(" ")),
            },
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert {line.partition(",")[2] for line in done.stdout.splitlines()} == offered, done.stderr


def test_json_is_for_programs(store_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def told(*arguments: str) -> Any:
        assert main([*arguments, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    assert told("mode", "ask", "--no-wait") == {"mode": "ask", "said": True, "processes": [], "peace_until": None}
    assert told("prune") == {"removed": 0}
    assert told("annotate", "today", "new wording")[0]["text"] == "new wording"
    copy = tmp_path / "copy.db"
    assert told("backup", str(copy)) == {"file": str(copy), "bytes": copy.stat().st_size}
    lines = tmp_path / "views.csv"
    lines.write_text("day,page,views\n2026-11-01,/,12\n", encoding="utf-8")
    assert told("import", str(lines)) == {"views": 12, "days": 1, "known": []}
    assert told("import", str(lines))["known"] == [{"site": "default", "day": "2026-11-01"}]
    assert told("watch") == {
        "site": "default",
        "findings": [],
        "sight": "Too few days are known to see a step of the rate.",
    }


@pytest.mark.process
def test_long_work_shows_a_bar_on_a_terminal(store_url: str, tmp_path: Path) -> None:
    """Under a real terminal of its own."""
    pty = pytest.importorskip("pty")
    shown = bytearray()

    def read(descriptor: int) -> bytes:
        piece = os.read(descriptor, 1_024)
        shown.extend(piece)
        return piece

    command = [sys.executable, "-m", "adnotice", "backup", str(tmp_path / "copy.db"), "--store", store_url]
    assert os.waitstatus_to_exitcode(pty.spawn(command, read)) == 0
    assert b"copying" in shown
    assert b"100%" in shown


def test_hash_password_refuses_a_short_one(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    assert main(["hash-password"]) == 1
    assert "must have 8 to 128 characters, got 5" in capsys.readouterr().err


@pytest.mark.usefixtures("store_url")
def test_figures_are_the_dashboards_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figures"]) == 0
    counts = json.loads(capsys.readouterr().out)["counts"]
    assert (counts["clear"], counts["blocked-content"]) == (8, 2)


@pytest.mark.usefixtures("store_url")
def test_a_table_of_the_figures_is_csv(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figures", "pages", "--days", "7"]) == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert (row["page"], row["clear"], row["blocked"]) == ("/budget", "8", "2")


@pytest.mark.usefixtures("store_url")
def test_figures_for_prometheus(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figures", "metrics"]) == 0
    assert 'adnotice_counted_total{metric="clear",site="default"} 8.0' in capsys.readouterr().out


@pytest.mark.usefixtures("store_url")
@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (["readers"], "no such table: 'readers', there are: summary, metrics, figures, series"),
        (["--first", "soon"], "first must"),
    ],
)
def test_figures_that_there_are_not_are_named(wish: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figures", *wish]) == 1
    assert said in capsys.readouterr().err


@pytest.mark.usefixtures("store_url")
def test_mode_is_said_and_unsaid(capsys: pytest.CaptureFixture[str]) -> None:
    for said in ("ask", "default"):
        assert main(["mode", said, "--no-wait"]) == 0
    assert capsys.readouterr().out.splitlines()[::2] == ["ask", "default: what the setting mode says"]


def test_a_store_begun_in_another_time_zone_is_refused_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'berlin.db'}"
    fill(url, "Europe/Berlin")
    assert main(["mode", "ask", "--no-wait", "--store", url]) == 1
    said = capsys.readouterr().err
    assert "Europe/Berlin" in said
    monkeypatch.setenv("ADNOTICE_TIMEZONE", "Europe/Berlin")
    assert main(["mode", "ask", "--no-wait", "--store", url]) == 0


def test_wrong_variables_are_told_before_anything_is_opened(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADNOTICE_TIMEZONE", "Mars/Base")
    assert main(["prune"]) == 1
    assert "ADNOTICE_TIMEZONE must be an IANA name" in capsys.readouterr().err


def test_the_doctor_is_told_what_it_may_be_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "nonsense"]) == 2
    assert "https://news.example or an app such as module:app" in capsys.readouterr().err
