"""The command line, as an operator types it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from adnotice import __version__
from adnotice.cli import main
from adnotice.count.model.tally import Batch, Dimension, Entry, Key, Metric
from adnotice.count.settings import CountSettings
from adnotice.count.stores.open import open_store
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
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"adnotice {__version__}\n"


def test_hash_password_takes_a_line_that_is_piped_in(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("read all about it\n"))
    assert main(["hash-password"]) == 0
    printed = capsys.readouterr()
    (hashed,) = printed.out.splitlines()  # alone, for who pipes it on
    assert hashed.startswith("scrypt$")
    assert "Quote it" in printed.err


def test_the_choices_of_mode_are_words(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["mode", "loud"])
    assert "off, measure, ask" in capsys.readouterr().err.replace("'", "")


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
    assert "https://news.example or an app such as module:app" in capsys.readouterr().out
