"""What a host's start pays for adnotice: nothing that only the operator's pages and the public page need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import anyio
import httpx
import pytest
from starlette.applications import Starlette
from starlette.types import ASGIApp

from adnotice import AdNoticeMiddleware, composition
from adnotice.lazy import Lazy
from adnotice.waiting import on_event_loop
from tests.conftest import SECRET

LATE: Final = ("jinja2", "prometheus_client", "adnotice.insight.dashboard", "adnotice.insight.analysis")
OUR_MODULES: Final = 125
"""At most; 124 on 30 November, 165 with all that is late now. What they cost is printed by `make bench ARGS=imports`."""

BROUGHT: Final = {"adnotice", "anyio", "itsdangerous", "msgspec", "starlette", "typing_extensions"}
"""The packages that a host's import of adnotice may bring, where it has Starlette already."""

SET_UP: Final = f"""
import sys
from adnotice import AdNoticeMiddleware
from adnotice.wsgi import AdNotice
AdNoticeMiddleware(None, secret_key={SECRET!r})
AdNotice(None, secret_key={SECRET!r})
print([name for name in {LATE!r} if name in sys.modules])
"""


def test_what_few_requests_need_is_not_imported_before_one_comes(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", SET_UP], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


COUNTED: Final = """
import sys
import starlette.applications
before = set(sys.modules)
import adnotice.middleware
new = [name for name in sys.modules.keys() - before]
print(sum(name.split(".")[0] == "adnotice" for name in new))
print(*{name.split(".")[0] for name in new} - set(sys.stdlib_module_names))
"""


def test_the_import_brings_little_beside_starlette(tmp_path: Path) -> None:
    """Counted, not timed: a count is the same on a busy machine."""
    done = subprocess.run([sys.executable, "-c", COUNTED], cwd=tmp_path, capture_output=True, text=True, check=True)
    ours, brought = done.stdout.splitlines()
    assert int(ours) <= OUR_MODULES
    assert {name for name in brought.split() if not name.startswith("_")} <= BROUGHT


@pytest.mark.anyio
async def test_the_first_who_ask_for_the_dashboard_hold_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is made once, in a thread, while the event loop goes on."""
    made: list[bool] = []
    load = composition._load_dashboard

    def watched(*given: Any) -> ASGIApp:
        made.append(on_event_loop())
        return load(*given)

    monkeypatch.setattr(composition, "_load_dashboard", watched)
    app = AdNoticeMiddleware(Starlette(), secret_key=SECRET, store_url=f"sqlite:///{tmp_path / 'counts.db'}")
    statuses = []
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://news.example") as client:

        async def look() -> None:
            statuses.append((await client.get("/_adnotice/dashboard")).status_code)

        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(look)
        about = await client.get("/_adnotice/about")
    assert statuses == [403] * 5, "there is no password"
    assert made == [False]
    assert about.status_code == 200


@pytest.mark.anyio
async def test_what_is_late_is_made_once_off_the_loop_and_tried_again_after_a_failure() -> None:
    made: list[bool] = []

    def make() -> str:
        made.append(on_event_loop())
        if len(made) == 1:
            raise OSError("a full disk")
        return "made"

    late = Lazy(make)
    with pytest.raises(OSError, match="a full disk"):
        await late.get()
    async with anyio.create_task_group() as group:
        for _ in range(4):
            group.start_soon(late.get)
    assert await late.get() == "made"
    assert made == [False, False]
