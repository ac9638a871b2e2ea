"""`adnotice init`: from an empty folder to a site that counts."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import tomllib
from contextlib import closing
from pathlib import Path

import pytest

from adnotice.cli import main
from adnotice.commands.frameworks import App, Framework, find_apps, name_target, write_lines
from adnotice.inject.tag import make_tag
from adnotice.insight.access.passwords import check_password
from adnotice.settings import Settings
from tests.support.folder import stand_in


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which the newcomer stands, without a variable of ours."""
    return stand_in(tmp_path / "news", monkeypatch)


class Terminal:
    """A terminal at which somebody types these lines."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *typed: str) -> None:
        self.asked: list[str] = []
        self._typed = list(typed)
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        monkeypatch.setattr("builtins.input", self._answer)
        monkeypatch.setattr("getpass.getpass", self._answer)

    def _answer(self, question: str) -> str:
        self.asked.append(question)
        if not self._typed:
            raise EOFError
        return self._typed.pop(0)


def test_who_ends_it_at_a_question_has_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Terminal(monkeypatch, "News")
    assert main(["init"]) == 1
    assert list(folder.iterdir()) == []


def test_three_questions_make_a_file_for_its_owner_alone_and_a_store(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = Terminal(monkeypatch, 'The Daily "Éxample" \\', "read all about it", "read all about it", "")
    assert main(["init"]) == 0
    assert [question.split(",")[0].split(" [")[0] for question in terminal.asked] == [
        "The site's name",
        "A password for the dashboard",
        "Once more: ",
        "Where counts go",
    ]
    file = folder / "adnotice.toml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    made = Settings.from_file(file)
    assert made.site_name == 'The Daily "Éxample" \\'
    assert check_password("read all about it", made.insight.dashboard_password_hash)
    assert made.count.store_url == f"sqlite:///{folder / 'adnotice.db'}"
    assert len(made.secret_key[0]) >= 43
    with closing(sqlite3.connect(folder / "adnotice.db")) as store:
        assert store.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] > 3
    said = capsys.readouterr().out
    assert "read all about it" not in said
    assert f"{make_tag('/_adnotice/client.js', '').plain.decode()}" in said


def test_where_nobody_can_be_asked_options_and_defaults_answer(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "--site-name", "News", "--store", "sqlite:///counts/news.db"]) == 1
    assert "counts" in capsys.readouterr().err
    assert not (folder / "adnotice.toml").exists(), "a file that can't work was left"
    assert main(["init", "--site-name", "News", "--store", "sqlite:///news.db"]) == 0
    made = tomllib.loads((folder / "adnotice.toml").read_text())
    assert made["store_url"] == f"sqlite:///{folder / 'news.db'}"
    (told,) = [line for line in capsys.readouterr().out.splitlines() if "shown this once" in line]
    assert check_password(told.rpartition(" ")[2], made["dashboard_password_hash"])


@pytest.mark.parametrize(
    ("typed", "told"),
    [(("News", "secret-enough", "secret-enouhg"), "differ"), (("News", "short", "short"), "must have 8 to 128")],
)
def test_a_password_that_can_not_be_leaves_nothing(
    typed: tuple[str, ...],
    told: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    Terminal(monkeypatch, *typed)
    assert main(["init"]) == 1
    assert told in capsys.readouterr().err
    assert list(folder.iterdir()) == []


def test_what_no_setting_takes_leaves_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--site-name", "News\x07", "--password", "long enough", "--store", "mysql://db"]) == 1
    said = capsys.readouterr().err
    assert "site_name must hold no line breaks" in said
    assert "store_url must begin with" in said
    assert list(folder.iterdir()) == []


def test_a_file_that_is_there_is_never_changed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--site-name", "News"]) == 0
    before = (folder / "adnotice.toml").read_bytes()
    (folder / "adnotice.db").unlink()
    assert main(["init"]) == 0
    assert (folder / "adnotice.db").exists()
    assert main(["init", "--site-name", "Other"]) == 2
    assert "is there already, and is not changed" in capsys.readouterr().err
    assert (folder / "adnotice.toml").read_bytes() == before


def test_the_file_goes_where_the_environment_says(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ADNOTICE_CONFIG", str(tmp_path / "news.toml"))
    assert main(["init"]) == 0
    assert list(folder.iterdir()) == []
    assert Settings.from_file(tmp_path / "news.toml").count.store_url == f"sqlite:///{tmp_path / 'adnotice.db'}"
    assert f"ADNOTICE_CONFIG={tmp_path / 'news.toml'}" in capsys.readouterr().out


def test_a_secret_that_git_would_take_is_spoken_of(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder.parent / ".git").mkdir()
    assert main(["init"]) == 0
    assert "echo adnotice.toml >> .gitignore" in capsys.readouterr().out
    (folder.parent / ".gitignore").write_text("*.pyc\nadnotice.toml\n")
    assert main(["init"]) == 0
    assert ".gitignore" not in capsys.readouterr().out


APPS = {
    Framework.FASTAPI: "import fastapi\napi: fastapi.FastAPI = fastapi.FastAPI()\n",
    Framework.STARLETTE: "from starlette.applications import Starlette\napi = Starlette()\n",
    Framework.LITESTAR: "from litestar import Litestar\napi = Litestar()\n",
    Framework.QUART: "from quart import Quart\napi = Quart(__name__)\n",
    Framework.FLASK: "from flask import Flask\napi = Flask(__name__)\n",
    Framework.DJANGO: "from django.core.asgi import get_asgi_application\napi = get_asgi_application()\n",
}


@pytest.mark.parametrize("framework", [each for each in Framework if each is not Framework.DJANGO])
def test_the_lines_for_the_app_that_was_found_work(
    framework: Framework, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inside = folder / "paper"
    inside.mkdir()
    (inside / "web.py").write_text(APPS[framework])
    assert main(["init", "--site-name", "News"]) == 0
    said = capsys.readouterr().out
    (app,) = find_apps(folder)
    assert app == App(framework, Path("paper/web.py"), "api")
    assert name_target(app) == "paper.web:api"
    lines = write_lines(app)
    assert all(line.strip() in said for line in lines.splitlines())
    (inside / "web.py").write_text(f"{APPS[framework]}\n{lines}\n")
    doctor = subprocess.run(
        [sys.executable, "-m", "adnotice", "doctor", name_target(app)], capture_output=True, text=True, check=False
    )
    assert "pages carry the tag" in doctor.stdout, doctor.stderr
    assert "/_adnotice/client.js" not in doctor.stdout, "our own address does not answer"


@pytest.mark.parametrize(
    "line", ["from adnotice.litestar import AdNoticePlugin", "import adnotice", "import os, adnotice.wsgi"]
)
def test_who_has_the_lines_already_is_not_told_to_add_them(
    line: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "web.py").write_text(f"{line}\n{APPS[Framework.LITESTAR]}")
    assert main(["init", "--site-name", "News"]) == 0
    said = capsys.readouterr().out
    assert "adnotice stands in web.py, which makes the Litestar app api.\n" in said
    assert "AdNoticeMiddleware" not in said
    assert "Then: adnotice doctor web:api" in said


def test_folders_of_others_are_not_looked_into(folder: Path) -> None:
    for name in (".venv", "node_modules", "tests", "__pycache__", "env"):
        (folder / name).mkdir()
        (folder / name / "app.py").write_text(APPS[Framework.STARLETTE])
    (folder / "env" / "pyvenv.cfg").write_text("")
    (folder / "broken.py").write_text("def (")
    (folder / "binary.py").write_bytes(b"\x00\xff")
    assert find_apps(folder) == []
