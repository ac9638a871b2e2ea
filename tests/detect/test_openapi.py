"""docs/openapi.json says what the endpoints do, and schemathesis finds nothing that breaks them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from adnotice import AdNoticeMiddleware
from adnotice.composition import compose
from adnotice.detect.endpoints import Found
from adnotice.detect.report import Report
from adnotice.insight.dashboard import Dashboard
from adnotice.lazy import LazyApp
from adnotice.settings import Settings
from adnotice.vocabulary import Ground, Kind, Quiet, Verdict, Word
from tests.conftest import SECRET
from tests.honest import read_found
from tests.support.openapi import DOCUMENT, FOR_READERS, assert_all_refused, assert_nothing_found
from tests.support.reports import report

MANY = [100, pytest.param(2000, marks=pytest.mark.endurance)]
"""How many requests: in make test, and in make endurance."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Starlette:
    """adnotice in front of an app that answers nothing, on a store of its own."""
    url = f"sqlite:///{tmp_path_factory.mktemp('openapi') / 'adnotice.db'}"
    return Starlette(middleware=[Middleware(AdNoticeMiddleware, secret_key=SECRET, store_url=url)])


@pytest.mark.slow
@pytest.mark.parametrize("examples", MANY)
@pytest.mark.parametrize(("method", "path"), FOR_READERS)
def test_schemathesis_finds_nothing(app: Starlette, method: str, path: str, examples: int) -> None:
    assert_nothing_found(app, method, path, examples=examples)


@pytest.mark.slow
def test_schemathesis_finds_nothing_with_bodies_that_are_no_reports(app: Starlette) -> None:
    assert_all_refused(app, "post", "/outcome", examples=200)


def test_the_document_has_the_decoders_own_schema() -> None:
    _, components = msgspec.json.schema_components([Report], ref_template="#/components/schemas/{name}")
    decoders = json.loads(msgspec.json.encode(components["Report"]))
    assert unfolded(DOCUMENT["components"]["schemas"]["Report"]) == unfolded(decoders)


def unfolded(schema: Any) -> Any:
    """The schema with every text on one line: how a docstring is indented in it is the library's own choice."""
    if isinstance(schema, dict):
        return {name: unfolded(part) for name, part in schema.items()}
    if isinstance(schema, list):
        return [unfolded(part) for part in schema]
    return " ".join(schema.split()) if isinstance(schema, str) else schema


@pytest.mark.anyio
async def test_the_answer_has_the_documents_fields(app: Starlette) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://news.example.test") as client:
        answer = await client.post("/_adnotice/outcome", json=report())
    assert answer.status_code == 204
    found = DOCUMENT["components"]["schemas"]["Found"]
    assert list(read_found(answer)) == list(Found.__struct_fields__) == found["required"] == list(found["properties"])


def test_the_document_has_every_address_of_ours(tmp_path: Path) -> None:
    settings = Settings.of(secret_key=SECRET, store_url=f"sqlite:///{tmp_path / 'adnotice.db'}")
    parts = compose(settings)
    described = {re.sub(r"\{.*", "", path) for path in DOCUMENT["paths"]}
    ours = {f"/{name}" for name in parts.router.routes if not name.startswith("src/")}
    late = parts.router.apps["dashboard"]
    assert isinstance(late, LazyApp)
    dashboard = late.get_here()
    assert isinstance(dashboard, Dashboard)
    ours |= {re.sub(r"\{.*", "", route.path).removesuffix("/") or "/" for route in dashboard.routes}
    described = {path.removesuffix("/") for path in described}
    assert {path.removesuffix("/") for path in ours} == described


@pytest.mark.parametrize(
    ("name", "words"), [("verdict", Verdict), ("kind", Kind), ("ground", Ground), ("quiet", Quiet)]
)
def test_the_document_has_the_vocabularys_words(name: str, words: type[Word]) -> None:
    listed = DOCUMENT["components"]["schemas"]["Found"]["properties"][name]["enum"]
    assert [each for each in listed if each is not None] == [word.value for word in words]
