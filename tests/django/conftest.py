"""One Django site for the tests of `adnotice.django`; each test sets what it needs besides."""

from __future__ import annotations

import gzip
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import django
import pytest
from django.conf import settings
from django.http import FileResponse, HttpResponse, JsonResponse, StreamingHttpResponse
from django.template import engines
from django.test.utils import override_settings
from django.urls import path
from django.utils.asyncio import async_unsafe

from adnotice.django.checks import MIDDLEWARE
from tests.conftest import SECRET

PAGE = "<!doctype html><html><head><title>News</title></head><body><p>All is well.</p></body></html>"
FILE = Path(__file__).parent / "page.html"


def home(_: Any) -> HttpResponse:
    return HttpResponse(PAGE)


def live(_: Any) -> StreamingHttpResponse:
    return StreamingHttpResponse(iter([PAGE[:20], PAGE[20:40], PAGE[40:]]))


@async_unsafe
def query() -> str:
    """Like a question to the database: Django refuses it on the event loop's thread."""
    return "<!-- rows -->"


def rows(_: Any) -> StreamingHttpResponse:
    def parts() -> Iterator[str]:
        yield query() + PAGE[:20]
        yield PAGE[20:]

    return StreamingHttpResponse(parts(), headers={"ETag": '"rows"'})


class PackedResponse(HttpResponse):
    """Knows on which thread its content was changed last."""

    thread = 0

    @property
    def content(self) -> bytes:
        return super().content

    @content.setter
    def content(self, value: bytes) -> None:
        self.thread = threading.get_ident()
        HttpResponse.content.fset(self, value)  # type: ignore[attr-defined]


async def packed(_: Any) -> PackedResponse:
    return PackedResponse(gzip.compress(PAGE.encode()), headers={"Content-Encoding": "gzip"})


async def slow(_: Any) -> StreamingHttpResponse:
    async def parts() -> AsyncIterator[str]:
        for part in (PAGE[:20], PAGE[20:40], PAGE[40:]):
            yield part

    return StreamingHttpResponse(parts())


def file(_: Any) -> FileResponse:
    return FileResponse(FILE.open("rb"))


def saved(request: Any) -> HttpResponse:
    return HttpResponse(headers={"X-Seen": request.headers.get("If-Match", "")})


def news(_: Any) -> JsonResponse:
    return JsonResponse({"news": "none"})


def told(request: Any) -> HttpResponse:
    template = engines["django"].from_string("{% load adnotice %}<a href='{% adnotice_about %}'>counted</a>")
    return HttpResponse(template.render({}, request))


urlpatterns = [
    path("", home),
    path("live", live),
    path("slow", slow),
    path("rows", rows),
    path("saved", saved),
    path("packed", packed),
    path("file", file),
    path("news", news),
    path("told", told),
]


def pytest_configure() -> None:
    """Django's settings are the process's."""
    if not settings.configured:
        settings.configure(
            ROOT_URLCONF=__name__,
            ALLOWED_HOSTS=["*"],
            SECRET_KEY="only-for-this-test",
            INSTALLED_APPS=["adnotice.django"],
            MIDDLEWARE=[MIDDLEWARE, "django.middleware.http.ConditionalGetMiddleware"],
            TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        )
        django.setup()


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The site with a store of its own; gives its folder."""
    monkeypatch.chdir(tmp_path)
    options = {"secret_key": SECRET, "site_name": "News", "store_url": f"sqlite:///{tmp_path / 'counts.db'}"}
    with override_settings(ADNOTICE=options):
        yield tmp_path
