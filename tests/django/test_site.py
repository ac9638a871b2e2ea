"""adnotice as a Django app: pages and addresses under both handlers, checks, commands, the template tag."""

from __future__ import annotations

import gzip
import io
import json
import threading
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core.checks import run_checks
from django.core.handlers.asgi import ASGIRequest
from django.core.management import execute_from_command_line
from django.template import engines
from django.test import AsyncClient, Client, RequestFactory
from django.test.utils import override_settings

from adnotice.django.checks import MIDDLEWARE
from adnotice.django.middleware import make_environ
from adnotice.http.wsgi_request import make_scope
from adnotice.inject.tag import make_tag
from tests.conftest import SECRET
from tests.django.conftest import PAGE

pytestmark = pytest.mark.anyio

TAG = make_tag("/_adnotice/client.js", "").plain.decode()
TAGGED = PAGE.replace("<title>", f"{TAG}<title>", 1)


async def ask(kind: str, path: str, **headers: Any) -> Any:
    """The response, with its whole body as `text`."""
    response = (
        await AsyncClient().get(path, headers=headers) if kind == "async" else Client().get(path, headers=headers)
    )
    if not response.streaming:
        response.text_ = response.content.decode()
    elif response.is_async:
        response.text_ = b"".join([part async for part in response.streaming_content]).decode()
    else:
        response.text_ = b"".join(response.streaming_content).decode()
    response.close()
    return response


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("sync", "/"),
        ("sync", "/live"),
        ("sync", "/file"),
        ("async", "/"),
        ("async", "/slow"),
    ],
)
async def test_pages_carry_the_tag(kind: str, path: str) -> None:
    response = await ask(kind, path)
    assert response.text_.strip() == TAGGED
    if "Content-Length" in response:
        assert int(response["Content-Length"]) == len(response.text_)


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("path", ["/новини/стаття", "/café", "/日本/😀", "/plain"])
def test_a_page_has_one_name_in_whatever_letters_and_under_both_handlers(path: str) -> None:
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}
    for request in (RequestFactory().get(path), ASGIRequest(scope, io.BytesIO())):
        assert make_scope(make_environ(request))["path"] == path


@pytest.mark.usefixtures("site")
async def test_under_asgi_a_page_that_asks_the_database_while_it_is_streamed_comes_whole() -> None:
    response = await AsyncClient().get("/rows")
    assert response.status_code == 200
    pieces = await sync_to_async(list)(response.streaming_content)  # as Django's handler does
    assert b"".join(pieces).decode().replace("<!-- rows -->", "") == TAGGED


@pytest.mark.usefixtures("site")
async def test_packing_a_page_holds_up_no_event_loop() -> None:
    response = await AsyncClient().get("/packed")
    assert gzip.decompress(response.content).decode() == TAGGED
    assert response.thread != threading.get_ident()


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("kind", ["sync", "async"])
async def test_what_is_no_page_stays_as_it_was(kind: str) -> None:
    response = await ask(kind, "/news")
    assert json.loads(response.text_) == {"news": "none"}


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("kind", ["sync", "async"])
async def test_a_page_that_has_not_changed_is_not_sent_again(kind: str) -> None:
    first = await ask(kind, "/")
    client: Any = AsyncClient() if kind == "async" else Client()
    # The same handler must be asked again: what it has marked it knows.
    if kind == "async":
        first = await client.get("/")
        again = await client.get("/", headers={"if-none-match": first["ETag"]})
    else:
        first = client.get("/")
        again = client.get("/", headers={"if-none-match": first["ETag"]})
    assert first["ETag"].startswith("W/")
    assert (again.status_code, again["ETag"]) == (304, first["ETag"])
    saved = {"path": "/saved", "headers": {"if-match": first["ETag"]}}
    response = await client.put(**saved) if kind == "async" else client.put(**saved)
    assert response["X-Seen"].startswith('"')
    assert "adn" not in response["X-Seen"]


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("kind", ["sync", "async"])
async def test_our_own_addresses_answer(kind: str) -> None:
    script = await ask(kind, "/_adnotice/client.js")
    assert script["Content-Type"] == "text/javascript; charset=utf-8"
    assert "getRandomValues" in script.text_
    about = await ask(kind, "/_adnotice/about")
    assert "News" in about.text_
    unknown = await ask(kind, "/_adnotice/nothing")
    assert unknown.status_code == 404
    assert unknown["X-AdNotice"] == "/_adnotice/nothing is no address of adnotice"


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("kind", ["sync", "async"])
async def test_an_objection_is_kept(kind: str) -> None:
    client: Any = AsyncClient() if kind == "async" else Client()
    sent = {
        "path": "/_adnotice/about/objection",
        "data": "objection=object",
        "content_type": "application/x-www-form-urlencoded",
    }
    response = await client.post(**sent) if kind == "async" else client.post(**sent)
    assert response.status_code == 303, response.content
    assert any(cookie["max-age"] for cookie in response.cookies.values())


@pytest.mark.usefixtures("site")
async def test_a_template_links_to_the_public_page() -> None:
    assert "<a href='/_adnotice/about'>counted</a>" in (await ask("sync", "/told")).text_


def test_a_template_marks_a_page_on_which_nobody_is_asked() -> None:
    written = engines["django"].from_string("{% load adnotice %}<head>{% adnotice_quiet %}</head>").render()
    mark = written.removeprefix("<head>").removesuffix("</head>")
    notice = (Path(__file__).parents[2] / "docs" / "notice.md").read_text(encoding="utf-8")
    assert f"| `{mark}` in the head | measured, never asked nor thanked |" in notice


@pytest.mark.usefixtures("site")
def test_a_site_that_is_well_set_up_has_nothing_to_mend() -> None:
    assert run_checks() == []


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("changed", "ids"),
    [
        ({"ADNOTICE": {"secret_key": SECRET, "mode": "loud", "sitename": "x"}}, ["adnotice.E001", "adnotice.E001"]),
        ({"MIDDLEWARE": []}, ["adnotice.W001"]),
        ({"MIDDLEWARE": ["django.middleware.cache.UpdateCacheMiddleware", MIDDLEWARE]}, ["adnotice.W002"]),
        ({"MIDDLEWARE": ["django.middleware.security.SecurityMiddleware", MIDDLEWARE]}, []),
    ],
)
def test_what_is_wrong_is_told_by_the_checks(changed: dict[str, Any], ids: list[str]) -> None:
    with override_settings(**changed):
        assert [message.id for message in run_checks()] == ids


def test_options_beside_a_file_are_an_error(site: Path) -> None:
    (site / "adnotice.toml").write_text(f'secret_key = "{SECRET}"')
    (found,) = run_checks()
    assert "settings stand in the code (secret_key, site_name, store_url) and in" in found.msg


@pytest.mark.usefixtures("site")
async def test_wrong_settings_leave_the_site_as_it_is() -> None:
    with override_settings(ADNOTICE={"secret_key": "short"}):
        assert (await ask("sync", "/")).text_ == PAGE
        assert (await ask("async", "/")).text_ == PAGE
        assert (await ask("sync", "/_adnotice/client.js")).status_code == 503


def test_manage_py_has_the_commands_with_the_sites_settings(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command, status in ((["mode", "--create"], 0), (["figures"], 0), (["figures", "nothing"], 1)):
        with pytest.raises(SystemExit) as ended:
            execute_from_command_line(["manage.py", "adnotice", *command])
        assert ended.value.code == status
    said = capsys.readouterr().err
    assert "settings: ADNOTICE in " in said
    assert f"store: sqlite:///{site / 'counts.db'}" in said
