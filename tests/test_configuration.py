"""One file of settings, which server and commands read; no other beside it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from adnotice import AdNoticeMiddleware, Settings, SettingsError
from adnotice.cli import main
from adnotice.configuration import choose_settings, find_file, read_settings, tell_source
from adnotice.standby import Standby
from tests.conftest import SECRET


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which the process stands, without a variable of ours."""
    for name in list(os.environ):
        if name.startswith("ADNOTICE_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(file: Path, *lines: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join([f'secret_key = "{SECRET}"', *lines]))
    return file


def problems(settings: object, options: dict[str, object]) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        choose_settings(settings, options)
    return refused.value.problems


def test_the_folders_file_is_read_where_the_code_says_nothing(folder: Path) -> None:
    write(folder / "adnotice.toml", 'site_name = "The Daily Example"')
    assert choose_settings(None, {}).site_name == "The Daily Example"
    assert tell_source() == str(folder / "adnotice.toml")


def test_the_file_that_the_environment_names_goes_before_the_folders(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder / "adnotice.toml", 'site_name = "Here"')
    monkeypatch.setenv("ADNOTICE_CONFIG", str(write(folder / "etc" / "news.toml", 'site_name = "There"')))
    assert choose_settings(None, {}).site_name == "There"


def test_a_file_that_is_named_and_not_there_is_no_reason_to_take_another(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder / "adnotice.toml")
    monkeypatch.setenv("ADNOTICE_CONFIG", "gone.toml")
    (told,) = problems(None, {})
    assert told.startswith(f"{folder / 'gone.toml'} is not there. Make it with adnotice init, or name the file")


def test_variables_stand_above_the_file_and_name_themselves(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder / "adnotice.toml", 'mode = "ask"', 'site = "paper"')
    monkeypatch.setenv("ADNOTICE_MODE", "off")
    assert (read_settings().mode, read_settings().site) == ("off", "paper")
    assert tell_source() == f"{folder / 'adnotice.toml'} and ADNOTICE_MODE"
    monkeypatch.setenv("ADNOTICE_MODE", "loud")
    write(folder / "adnotice.toml", "rate_per_minute = -1")
    assert [told.split()[0] for told in problems(None, {})] == ["ADNOTICE_MODE", "rate_per_minute"]


def test_variables_alone_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADNOTICE_SECRET_KEY", SECRET)
    assert choose_settings(None, {}).secret_key == (SECRET,)
    assert "no adnotice.toml in" in tell_source()


@pytest.mark.parametrize("named", [True, False])
def test_keywords_beside_a_file_are_refused(named: bool, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(folder / ("news.toml" if named else "adnotice.toml"))
    if named:
        monkeypatch.setenv("ADNOTICE_CONFIG", str(file))
    (told,) = problems(None, {"secret_key": SECRET, "mode": "ask"})
    assert told.startswith(f"settings stand in the code (secret_key, mode) and in {file}")
    assert isinstance(AdNoticeMiddleware(nowhere, secret_key=SECRET)._pages, Standby)


def test_settings_that_the_code_has_read_itself_are_taken_as_they_are(folder: Path) -> None:
    write(folder / "adnotice.toml", 'mode = "ask"')
    made = Settings.of(secret_key=SECRET)
    assert choose_settings(made, {}) == made


def test_without_any_settings_the_first_step_is_named(folder: Path) -> None:
    (told,) = problems(None, {})
    assert told.startswith("secret_key is required")
    assert str(folder) in told
    assert told.endswith("Make the file with adnotice init; one that lies elsewhere is named in ADNOTICE_CONFIG")


def test_a_file_in_a_folder_further_up_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder / "adnotice.toml")
    below = folder / "site" / "pages"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    (told,) = problems(None, {})
    assert told.endswith(f"There is one in {folder}: run this there, or name it in ADNOTICE_CONFIG")
    assert tell_source().endswith(f"There is one in {folder}: run this there, or name it in ADNOTICE_CONFIG")


def test_a_folder_that_is_gone_has_no_file(folder: Path) -> None:
    gone = folder / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()
    try:
        assert find_file() is None
        assert "which is gone" in tell_source()
    finally:
        os.chdir(folder)


def test_every_command_says_which_file_and_which_store(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(folder / "adnotice.toml", f'store_url = "sqlite:///{folder / "news.db"}"')
    assert main(["mode", "--create"]) == 0
    for command in (
        ["mode"],
        ["figures"],
        ["figures", "metrics"],
        ["prune"],
        ["migrate", "--dry-run"],
        ["backup", "copy.db"],
    ):
        capsys.readouterr()
        assert main(command) == 0, command
        said = capsys.readouterr().err.splitlines()
        assert said[:2] == [f"settings: {file}", f"store: sqlite:///{folder / 'news.db'}"], command


def test_the_package_runs_as_a_module(folder: Path) -> None:
    asked = subprocess.run([sys.executable, "-m", "adnotice", "--version"], capture_output=True, text=True, check=True)
    assert asked.stdout.startswith("adnotice ")


async def nowhere(scope: object, receive: object, send: object) -> None:
    raise AssertionError("nobody asks it")
