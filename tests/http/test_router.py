"""Which addresses are ours, wherever the app is mounted and however a server says so."""

from __future__ import annotations

import pytest

from adnotice.http.router import Prefix

OURS = Prefix("/_adnotice")


@pytest.mark.parametrize(
    ("root_path", "path", "name"),
    [
        ("", "/_adnotice/client.js", "client.js"),
        ("/app", "/app/_adnotice/client.js", "client.js"),  # as ASGI has it
        ("/app", "/_adnotice/client.js", "client.js"),  # a proxy has taken it off
        ("/app/", "/app/_adnotice/client.js", "client.js"),  # --root-path with a slash at its end
        ("/app/", "/app//_adnotice/client.js", "client.js"),  # as uvicorn puts the two together
        ("/app/", "/_adnotice/client.js", "client.js"),
        ("/", "/_adnotice/client.js", "client.js"),
        ("/", "//_adnotice/client.js", "client.js"),
        ("", "//_adnotice/client.js", ""),
        ("/app", "/app//_adnotice/client.js", ""),
        ("/app", "/apple/_adnotice/client.js", ""),
        ("/app/", "/apple/_adnotice/client.js", ""),
        ("/app/", "/app/news/_adnotice/client.js", ""),
        ("", "/news", ""),
        ("", "/_adnotice", ""),
    ],
)
def test_our_addresses_are_found_below_the_root_path(root_path: str, path: str, name: str) -> None:
    assert OURS.name_of({"path": path, "root_path": root_path}) == name
