"""The dashboard behind Django's admin, as docs/dashboard.md has it: a project as `startproject` makes it, its own servers."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conformance.serving import free_port
from tests.support.running import running

pytestmark = [pytest.mark.slow, pytest.mark.process]

DASHBOARD = "/_adnotice/dashboard"
DOCS = Path(__file__).parent.parent.parent / "docs" / "dashboard.md"
SET_UP = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "news.settings"
import django
django.setup()
from importlib import import_module
from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.core.management import call_command
from django.http import HttpRequest
call_command("check", fail_level="WARNING")
call_command("migrate", verbosity=0)
for name in ("anna", "carla", "dora"):
    get_user_model().objects.create_user(name, password=f"{name}'s", is_staff=True)
asked = HttpRequest()
asked.session = import_module(settings.SESSION_ENGINE).SessionStore()
login(asked, get_user_model().objects.create_user("boris"), "django.contrib.auth.backends.ModelBackend")
asked.session.save()
print(asked.session.session_key)
"""
"""Three of the staff; and boris, who is logged in by a form of the site's, as he is none. Prints his session's key."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A new project with the page's lines at the end of its settings, and the key of boris' session."""
    folder = tmp_path_factory.mktemp("made")
    subprocess.run([sys.executable, "-m", "django", "startproject", "news", folder], check=True)
    (recipe,) = re.findall(r"^```python\n(.*?INSTALLED_APPS.*?)^```", DOCS.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    with (folder / "news" / "settings.py").open("a") as settings:
        settings.write(recipe)
    set_up = [sys.executable, "-c", SET_UP]
    printed = subprocess.run(set_up, cwd=folder, capture_output=True, text=True, check=True).stdout
    assert "no issues" in printed
    return folder, printed.split()[-1]


@pytest.fixture
def project(made: tuple[Path, str], tmp_path: Path) -> Path:
    """The same as it was made, for one test."""
    return Path(shutil.copytree(made[0], tmp_path / "project"))


@pytest.fixture(params=["gunicorn news.wsgi --bind 127.0.0.1:{}", "uvicorn news.asgi:application --port {}"])
def address(request: pytest.FixtureRequest, project: Path) -> Iterator[str]:
    """Where the project answers, under WSGI and under ASGI."""
    port = free_port()
    command = request.param.format(port).split()
    with running([sys.executable, "-m", *command], f"http://127.0.0.1:{port}/", project):
        yield f"http://127.0.0.1:{port}"


def log_in(browser: httpx.Client, login: str, name: str) -> httpx.Response:
    """Fills in the admin's own form, which stands at this address."""
    browser.get(login)
    fields = {"csrfmiddlewaretoken": browser.cookies["csrftoken"], "username": name, "password": f"{name}'s"}
    return browser.post(login, data={**fields, "next": httpx.URL(login).params["next"]})


def test_staff_see_the_figures_and_nobody_else(address: str, project: Path, made: tuple[Path, str]) -> None:
    with httpx.Client(base_url=address) as stranger:
        sent = stranger.get(f"{DASHBOARD}/pages?days=7")
        assert sent.status_code == 303
        assert sent.headers["location"] == "/admin/login/?next=/_adnotice/dashboard/pages%3Fdays%3D7"
        assert "Django administration" in stranger.get(sent.headers["location"]).text
        assert stranger.get("/_adnotice/api/v1/summary").status_code == 401
        assert stranger.post(f"{DASHBOARD}/mode", data={"to": "ask"}).status_code == 403

        came_back = log_in(stranger, sent.headers["location"], "anna")
        assert came_back.headers["location"] == f"{DASHBOARD}/pages?days=7"
        page = stranger.get(came_back.headers["location"])
        assert page.status_code == 200
        assert "The Daily Example" in page.text
        assert stranger.get("/_adnotice/api/v1/summary").status_code == 200
        assert stranger.get("/admin/").status_code == 200, "the session goes on"
        form = {"csrfmiddlewaretoken": stranger.cookies["csrftoken"]}
        assert stranger.post("/admin/logout/", data=form).status_code == 200
        assert stranger.get(DASHBOARD).status_code == 303

    with httpx.Client(base_url=address) as forged:
        forged.cookies["sessionid"] = "a" * 32
        assert forged.get(DASHBOARD).status_code == 303

    with httpx.Client(base_url=address) as member:
        member.cookies["sessionid"] = made[1]
        refused = member.get(DASHBOARD)
        assert refused.status_code == 403, "a login would send them back, and so on"
        assert "accounts of this site alone" in refused.text

    with httpx.Client(base_url=address) as leaver:
        log_in(leaver, f"/admin/login/?next={DASHBOARD}", "carla")
        assert leaver.get(DASHBOARD).status_code == 200
        change(project, "update auth_user set is_active = 0 where username = 'carla'")
        assert leaver.get(DASHBOARD).status_code == 303, "who has left is nobody, from the next request on"


def test_a_session_from_before_a_new_password_lets_nobody_in_and_is_left_to_the_site(
    address: str, project: Path
) -> None:
    with httpx.Client(base_url=address) as browser:
        log_in(browser, f"/admin/login/?next={DASHBOARD}", "dora")
        assert browser.get(DASHBOARD).status_code == 200
        change(project, "update auth_user set password = 'another' where username = 'dora'")
        assert browser.get(DASHBOARD).status_code == 303
    assert change(project, "select count(*) from django_session") == [(2,)], "boris' and this one: none was ended"


def change(project: Path, statement: str) -> list[tuple[int]]:
    """Runs a statement in the project's database; its rows."""
    with sqlite3.connect(project / "db.sqlite3") as database:
        rows = list(database.execute(statement))
    database.close()
    return rows
