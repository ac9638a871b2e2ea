"""Code as users write it, under mypy --strict and pyright: settings are keywords with types, and a wrong one is told."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PYRIGHT = ROOT / "node_modules" / "pyright" / "index.js"

RIGHT = """\
import os
from typing import assert_type

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import Scope

from adnotice import AdNoticeMiddleware, Keywords, Settings, SettingsError
from adnotice.http.messages import Request as ReportRequest
from adnotice.wsgi import AdNotice


def skip(scope: Scope) -> bool:
    return bool(scope["path"] == "/checkout")


app = FastAPI()
app.add_middleware(AdNoticeMiddleware)
app.add_middleware(AdNoticeMiddleware, secret_key=os.environ["SECRET"], mode="ask", not_now_days=14)
site = Starlette(middleware=[Middleware(AdNoticeMiddleware, languages=["en", "uk"], skip=skip)])
wrapped = AdNoticeMiddleware(site, support_links={"Subscribe": "/subscribe"}, sample_rate=0.5)
given = AdNoticeMiddleware(site, Settings.from_env())
assert_type(Settings.of(secret_key=["the old one", "the new one"]), Settings)
assert_type(Settings.from_file("news.toml", site_name="News"), Settings)
ADNOTICE: Keywords = {"mode": "measure", "trusted_proxies": ["127.0.0.1"]}
try:
    Settings.of(**ADNOTICE)
except SettingsError as error:
    assert_type(error.problems, list[str])


def flat(environ: dict[str, object], start_response: object) -> list[bytes]:
    return []



def is_asked(request: ReportRequest) -> bool:
    return request.cookie("member") != "yes" and not request.header(b"x-plan")


asking = AdNoticeMiddleware(site, ask=is_asked)
front = AdNotice(flat, pages_cached=None, measure_consent="required")
"""

WRONG = """\
from starlette.applications import Starlette

from adnotice import AdNoticeMiddleware, Keywords, Settings
from adnotice.wsgi import AdNotice

site = Starlette()
AdNoticeMiddleware(site, not_now_day=14)  # wrong
AdNoticeMiddleware(site, not_now_days="soon")  # wrong
AdNoticeMiddleware(site, mode="aks")  # wrong
AdNoticeMiddleware(site, ask=lambda request: "member" not in request.cookies)  # wrong
AdNoticeMiddleware(site, {"mode": "ask"})  # wrong
AdNotice(3)  # wrong
Settings.of(site_name=3)  # wrong
ADNOTICE: Keywords = {"modus": "ask"}  # wrong
"""


def ask_mypy(file: Path) -> str:
    """What mypy --strict says."""
    command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--config-file", "", file.name]
    return subprocess.run(command, cwd=file.parent, capture_output=True, text=True, check=False).stdout


def ask_pyright(file: Path) -> str:
    """What pyright says, its rules for strict code included."""
    node = shutil.which("node")
    if node is None or not PYRIGHT.exists():
        pytest.skip("pyright is not installed (npm): user code was not checked by it")
    settings = f'{{"typeCheckingMode": "strict", "include": ["{file.name}"]}}'
    (file.parent / "pyrightconfig.json").write_text(settings)
    command = [node, str(PYRIGHT), "--pythonpath", sys.executable]
    return subprocess.run(command, cwd=file.parent, capture_output=True, text=True, check=False).stdout


CHECKERS = pytest.mark.parametrize("ask", [ask_mypy, ask_pyright])


def lines_told(said: str) -> set[int]:
    """The numbers of the lines in which an error is."""
    return {int(number) for number in re.findall(r"\.py:(\d+):(?:\d+)?.*error", said)}


@CHECKERS
def test_right_code_is_found_right(ask: Callable[[Path], str], tmp_path: Path) -> None:
    file = tmp_path / "site_of_ours.py"
    file.write_text(RIGHT)
    said = ask(file)
    assert lines_told(said) == set(), said
    assert re.search(r"no issues found|\b0 errors", said), said


@CHECKERS
def test_each_wrong_line_is_told_and_no_other(ask: Callable[[Path], str], tmp_path: Path) -> None:
    file = tmp_path / "site_of_ours.py"
    file.write_text(WRONG)
    wanted = {number for number, line in enumerate(WRONG.splitlines(), 1) if line.endswith("# wrong")}
    said = ask(file)
    assert lines_told(said) == wanted, said
