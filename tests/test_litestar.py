"""The plugin for Litestar: around the whole app, begun and ended with it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar, MediaType, get
from litestar.exceptions import ImproperlyConfiguredException
from litestar.testing import TestClient

from adnotice.count.model.tally import Count, Dimension, Metric, Period
from adnotice.count.stores.open import open_store
from adnotice.inject.tag import make_tag
from adnotice.litestar import AdNoticePlugin
from tests.conftest import SECRET
from tests.honest import AGENT

PAGE = "<!doctype html><html><head><title>News</title></head><body><p>All is well.</p></body></html>"
TAG = make_tag("/_adnotice/client.js", "").plain.decode()


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Litestar sets up the whole process's logging, for the tests after these too."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    yield
    root.setLevel(level)
    root.handlers[:] = handlers


@get("/", media_type=MediaType.HTML)
async def home() -> str:
    return PAGE


def make_app(**options: Any) -> Litestar:
    return Litestar([home], plugins=[AdNoticePlugin(**options)], openapi_config=None)


def test_pages_carry_the_tag_and_our_addresses_answer(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'counts.db'}"
    with TestClient(make_app(secret_key=SECRET, store_url=url, name_after_views=1)) as client:
        page = client.get("/", headers={"user-agent": AGENT})
        assert page.text == PAGE.replace("<title>", f"{TAG}<title>")
        assert client.get("/_adnotice/client.js").status_code == 200
        assert client.get("/nothing").status_code == 404
    store = open_store(url)
    today = datetime.now(UTC).date()
    found = store.counts("default", Dimension.PAGE, Period(today - timedelta(days=1), today))
    store.close()
    assert Count("/", Metric.INJECTED, 1) in found, "what waited is written when the app ends"


def test_an_app_begins_again_as_it_was(tmp_path: Path) -> None:
    app = make_app(secret_key=SECRET, store_url=f"sqlite:///{tmp_path / 'counts.db'}")
    for _ in range(2):
        with TestClient(app) as client:
            assert client.get("/").text.count(TAG) == 1


def test_an_app_does_not_start_with_settings_that_cant_be_used() -> None:
    with pytest.raises(BaseException) as caught, TestClient(make_app(modus="ask")):  # noqa: PT011 - however it is wrapped
        pass
    error: BaseException = caught.value
    while isinstance(error, BaseExceptionGroup):
        (error,) = error.exceptions
    assert isinstance(error, ImproperlyConfiguredException)
    assert "modus is not a setting" in str(error)
