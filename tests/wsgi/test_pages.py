"""Pages under WSGI: the tag where it belongs, everything else byte for byte, PEP 3333 obeyed on both sides."""

from __future__ import annotations

import gzip
import io
import itertools
import logging
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from wsgiref.handlers import SimpleHandler
from wsgiref.util import FileWrapper, setup_testing_defaults
from wsgiref.validate import validator

import pytest

from adnotice.inject.tag import make_tag
from adnotice.wsgi import AdNotice
from tests.conftest import SECRET

TAG = make_tag("/_adnotice/client.js", "").plain
HEAD = b"<!doctype html><html><head>"
PAGE = HEAD + b"<title>News</title></head><body><p>All is well.</p></body></html>"
TAGGED = HEAD + TAG + PAGE[len(HEAD) :]
HTML = ("Content-Type", "text/html; charset=utf-8")


@pytest.fixture
def wrap(tmp_path: Path) -> Iterator[Callable[..., AdNotice]]:
    """Wraps an app, with the validator of the standard library on its inner side too."""
    made: list[AdNotice] = []

    def wrap(app: Any, *, checked: bool = True, **options: object) -> AdNotice:
        inner = validator(app) if checked else app
        made.append(AdNotice(inner, secret_key=SECRET, store_url=f"sqlite:///{tmp_path / 'counts.db'}", **options))
        return made[-1]

    yield wrap
    for each in made:
        each.close()


def ask(
    app: Any, path: str = "/", method: str = "GET", *, checked: bool = True, **more: Any
) -> tuple[str, dict[str, str], bytes]:
    """The status, the headers and the body, as a server that obeys PEP 3333 gets them."""
    environ: dict[str, Any] = {
        "PATH_INFO": path,
        "SCRIPT_NAME": "",
        "REQUEST_METHOD": method,
        "QUERY_STRING": "",
        "HTTP_HOST": "news.example",
        **more,
    }
    setup_testing_defaults(environ)
    out = io.BytesIO()
    said = io.StringIO()
    handler = SimpleHandler(environ["wsgi.input"], out, said, environ)
    handler.server_software = ""
    handler.run(validator(app) if checked else app)
    assert said.getvalue() == ""
    head, _, body = out.getvalue().partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return status.partition(" ")[2], {name.lower(): value for name, value in headers.items()}, body


def page(headers: list[tuple[str, str]], *body: bytes, status: str = "200 OK") -> Any:
    """An app that answers with this, whole."""

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response(status, [HTML, *headers])
        return list(body)

    return app


def test_a_page_gets_the_tag_and_its_length(wrap: Callable[..., AdNotice]) -> None:
    status, headers, body = ask(wrap(page([("Content-Length", str(len(PAGE))), ("X-Own", "1")], PAGE)))
    assert (status, body) == ("200 OK", TAGGED)
    assert headers["content-length"] == str(len(TAGGED))
    assert headers["x-own"] == "1"


@pytest.mark.parametrize("cuts", [(1,), (5, 9), (15,), (26, 27), (len(HEAD),), tuple(range(1, len(PAGE)))])
@pytest.mark.parametrize("length", [True, False])
@pytest.mark.parametrize("lazily", [True, False])
def test_a_page_in_pieces_gets_it_too(
    cuts: tuple[int, ...], length: bool, lazily: bool, wrap: Callable[..., AdNotice]
) -> None:
    ends = (0, *cuts, len(PAGE))
    pieces = [PAGE[a:b] for a, b in itertools.pairwise(ends)]
    headers = [HTML, *([("Content-Length", str(len(PAGE)))] if length else [])]

    def eager(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", headers)
        return iter(pieces)

    def lazy(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", headers)
        yield from pieces

    status, told, body = ask(wrap(lazy if lazily else eager, checked=False))
    assert (status, body) == ("200 OK", TAGGED)
    assert told.get("content-length") == (str(len(TAGGED)) if length else None)


def test_a_streamed_page_is_not_withheld(wrap: Callable[..., AdNotice]) -> None:
    made = []

    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [HTML])
        for piece in (HEAD, b"<title>", b"x", b"</title>"):
            made.append(piece)
            yield piece

    body = iter(wrap(app, checked=False)({**environ_of("/"), "HTTP_USER_AGENT": "Firefox"}, lambda *_: None))
    seen = b""
    for number in range(1, 5):
        seen += next(body)
        assert len(made) == number, "it read ahead"
    assert seen == HEAD + TAG + b"<title>x</title>"


def environ_of(path: str) -> dict[str, Any]:
    environ: dict[str, Any] = {"PATH_INFO": path, "SCRIPT_NAME": "", "REQUEST_METHOD": "GET", "QUERY_STRING": ""}
    setup_testing_defaults(environ)
    return environ


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ([("Cache-Control", "no-transform")], PAGE, "200 OK"),
        ([("X-AdNotice", "off")], PAGE, "200 OK"),
        ([], b"<p>a fragment</p>", "200 OK"),
        ([], PAGE, "404 Not Found"),
        ([], TAGGED, "200 OK"),
    ],
)
def test_what_should_not_carry_it_goes_out_as_it_came(
    headers: list[tuple[str, str]], body: bytes, status: str, wrap: Callable[..., AdNotice]
) -> None:
    app = page([*headers, ("Content-Length", str(len(body)))], body, status=status)
    assert ask(wrap(app)) == ask(app)


def test_what_is_no_page_goes_back_untouched(wrap: Callable[..., AdNotice]) -> None:
    file = FileWrapper(io.BytesIO(b"{}"))

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Type", "application/json")])
        return file

    assert wrap(app, checked=False)(environ_of("/"), lambda *_: None) is file, "the server can't send the file itself"


def test_a_compressed_page_is_opened_and_closed_without_an_event_loop(wrap: Callable[..., AdNotice]) -> None:
    packed = gzip.compress(HEAD + b"x" * 300_000 + b"</head></html>")
    app = page([("Content-Encoding", "gzip"), ("Content-Length", str(len(packed)))], packed)
    _, headers, body = ask(wrap(app, checked=False))
    assert gzip.decompress(body) == HEAD + TAG + b"x" * 300_000 + b"</head></html>"
    assert headers["content-length"] == str(len(body))


def test_a_page_that_has_not_changed_keeps_its_tag(wrap: Callable[..., AdNotice]) -> None:
    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        if environ.get("HTTP_IF_NONE_MATCH") == '"v1"':
            start_response("304 Not Modified", [("ETag", '"v1"')])
            return []
        start_response("200 OK", [HTML, ("ETag", '"v1"')])
        return [PAGE]

    wrapped = wrap(app)
    _, first, body = ask(wrapped)
    assert body == TAGGED
    assert first["etag"] != '"v1"'
    status, second, body = ask(wrapped, HTTP_IF_NONE_MATCH=first["etag"])
    assert (status, second["etag"], body) == ("304 Not Modified", first["etag"], b"")


def test_a_page_that_is_excluded_by_now_is_not_said_to_be_unchanged(wrap: Callable[..., AdNotice]) -> None:
    seen: list[str] = []

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        seen.append(environ.get("HTTP_IF_NONE_MATCH", ""))
        return page([("ETag", '"v1"')], PAGE)(environ, start_response)  # type: ignore[no-any-return]

    wrapped = wrap(app, exclude=["/account"])
    _, elsewhere, _ = ask(wrapped, "/news")
    assert ask(wrapped, "/account", HTTP_IF_NONE_MATCH=elsewhere["etag"])[2] == PAGE
    assert seen == ["", elsewhere["etag"]]


@pytest.mark.parametrize("path", ["_adnotice/client.js", "/_adnotice/client.js"])
def test_below_a_script_name_with_a_slash_at_its_end_our_addresses_are_ours(
    path: str, wrap: Callable[..., AdNotice]
) -> None:
    """As gunicorn hands it on: PATH_INFO has lost its slash, which PEP 3333's validator would not have."""
    said: list[str] = []
    environ: dict[str, Any] = {"PATH_INFO": path, "SCRIPT_NAME": "/app/", "QUERY_STRING": ""}
    setup_testing_defaults(environ)
    app = wrap(page([], PAGE), checked=False)
    body = b"".join(app(environ, lambda status, *_: said.append(status)))  # type: ignore[arg-type, func-returns-value]
    assert (said, PAGE in body) == (["200 OK"], False)


def test_a_body_that_breaks_off_is_not_taken_for_whole(wrap: Callable[..., AdNotice]) -> None:
    """As gunicorn and the standard library's server give what there was."""
    app = wrap(page([], PAGE), checked=False)
    sent = b'{"id":"'
    more = {"CONTENT_TYPE": "text/plain", "CONTENT_LENGTH": "400", "wsgi.input": io.BytesIO(sent)}
    status, headers, _ = ask(app, "/_adnotice/outcome", "POST", checked=False, **more)
    assert (status[:3], headers["x-adnotice"]) == ("400", "the client went away before the body was complete")


def test_a_page_that_was_read_can_be_saved(wrap: Callable[..., AdNotice]) -> None:
    seen: list[str] = []

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        seen.append(environ.get("HTTP_IF_MATCH", ""))
        return page([("ETag", '"v1"')], PAGE)(environ, start_response)  # type: ignore[no-any-return]

    _, read, _ = ask(wrap(app))
    ask(wrap(app), method="PUT", HTTP_IF_MATCH=read["etag"])
    assert seen == ["", '"v1"']


def test_head_announces_no_length_that_would_be_wrong(wrap: Callable[..., AdNotice]) -> None:
    _, headers, body = ask(wrap(page([("Content-Length", str(len(PAGE)))], b"")), method="HEAD")
    assert body == b""
    assert headers.get("content-length") != str(len(PAGE))


def test_an_app_that_pushes_its_body_gets_it_too(wrap: Callable[..., AdNotice]) -> None:
    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        write = start_response("200 OK", [HTML])
        write(PAGE[:10])
        write(PAGE[10:])
        return []

    assert ask(wrap(app))[2] == TAGGED


def test_an_error_page_takes_the_place_of_a_page_that_has_not_left(wrap: Callable[..., AdNotice]) -> None:
    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [HTML, ("Content-Length", str(len(PAGE)))])
        try:
            raise ValueError("the database")
        except ValueError as error:
            start_response("500 Oh", [("Content-Type", "text/plain")], (ValueError, error, error.__traceback__))
        return [b"sorry"]

    status, headers, body = ask(wrap(app))
    assert (status, headers["content-type"], body) == ("500 Oh", "text/plain", b"sorry")


def test_an_error_after_the_start_has_left_is_the_servers(wrap: Callable[..., AdNotice]) -> None:
    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [HTML])
        yield PAGE
        try:
            raise ValueError("the database")
        except ValueError as error:
            start_response("500 Oh", [("Content-Type", "text/plain")], (ValueError, error, error.__traceback__))

    def start_response(status: str, headers: Any, exc_info: Any = None) -> None:
        if exc_info:
            raise exc_info[1]

    body = iter(wrap(app, checked=False)(environ_of("/"), start_response))
    assert next(body) == TAGGED
    with pytest.raises(ValueError, match="the database"):
        next(body)


def test_an_error_page_that_the_server_still_takes_goes_out_as_it_is(wrap: Callable[..., AdNotice]) -> None:
    """The start has left us, and the server waits for the first byte with it, as PEP 3333 has it."""
    error = b"<html><head><title>Error</title></head></html>"
    started: list[tuple[str, dict[str, str]]] = []

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [HTML])
        try:
            raise ValueError("the database")
        except ValueError as raised:
            told = (ValueError, raised, raised.__traceback__)
            start_response("500 Oh", [HTML, ("Content-Length", str(len(error)))], told)
        return [error]

    def start_response(status: str, headers: Any, exc_info: Any = None) -> None:
        started.append((status, dict(headers)))

    body = b"".join(wrap(app, checked=False)(environ_of("/"), start_response))  # type: ignore[arg-type]
    status, headers = started[-1]
    assert (status, int(headers.get("Content-Length", len(body)))) == ("500 Oh", len(body))


def test_a_body_is_closed_however_far_it_was_read(wrap: Callable[..., AdNotice]) -> None:
    class Body:
        closed = 0

        def __iter__(self) -> Iterator[bytes]:
            yield HEAD
            yield b"more"

        def close(self) -> None:
            self.closed += 1

    body = Body()

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [HTML])
        return body

    going_out = wrap(app, checked=False)(environ_of("/"), lambda *_: None)
    next(iter(going_out))
    going_out.close()  # type: ignore[attr-defined]
    assert body.closed == 1


def test_where_we_are_mounted_the_tag_leads_there(wrap: Callable[..., AdNotice]) -> None:
    app = wrap(page([], PAGE))
    tagged = make_tag("/_adnotice/client.js", "/Zürich").plain
    assert ask(app, "/", SCRIPT_NAME="/ZÃ¼rich")[2] == HEAD + tagged + PAGE[len(HEAD) :]
    status, headers, _ = ask(app, "/_adnotice/client.js", SCRIPT_NAME="/ZÃ¼rich")
    assert (status, headers["content-type"]) == ("200 OK", "text/javascript; charset=utf-8")


def test_headers_that_are_no_latin_1_leave_the_page_alone(
    wrap: Callable[..., AdNotice], caplog: pytest.LogCaptureFixture
) -> None:
    seen = {}

    def start_response(status: str, headers: Any, exc_info: Any = None) -> None:
        seen.update(dict(headers))

    body = wrap(page([("X-Own", "☃")], PAGE), checked=False)(environ_of("/"), start_response)
    assert b"".join(body) == PAGE
    assert seen["X-Own"] == "☃"
    assert "adnotice failed, the page went out as the app made it" in caplog.text


@pytest.mark.parametrize("path", ["client.js", "about", "nothing", "dashboard", "outcome"])
@pytest.mark.parametrize("options", [{"mode": "loud"}, {"enabled": False}], ids=["not set up", "switched off"])
def test_where_it_is_not_there_the_site_goes_on(
    path: str, options: dict[str, object], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = page([], PAGE)
    with caplog.at_level(logging.ERROR):
        wrapped = AdNotice(app, secret_key=SECRET, store_url=f"sqlite:///{tmp_path / 'none.db'}", **options)
    assert ask(wrapped) == ask(app)
    status, headers, body = ask(wrapped, f"/_adnotice/{path}")
    if "mode" in options:
        assert (status[:3], headers["x-adnotice"]) == ("503", "adnotice is not set up, see the log")
        assert "mode must be one of off, measure, ask" in caplog.text
    elif path == "client.js":
        assert status == "200 OK"
        assert b"getRandomValues" not in body
    else:
        assert status[:3] == "404"
    assert list(tmp_path.iterdir()) == []


def test_figures_that_are_streamed_come_to_their_end(wrap: Callable[..., AdNotice]) -> None:
    token = "metrics-token-0123456789"
    app = wrap(page([HTML], PAGE), metrics_token=token)
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
    for path in ("api/v1/counts.csv", "api/v1/summary", "metrics"):
        status, _, body = ask(app, f"/_adnotice/{path}", **bearer)
        assert status == "200 OK"
        assert b"injected" in body or path == "metrics"


def test_a_request_that_no_server_would_make_still_gets_the_apps_page(wrap: Callable[..., AdNotice]) -> None:
    assert b"".join(wrap(page([], PAGE), checked=False)({}, lambda *_: None)) == TAGGED
