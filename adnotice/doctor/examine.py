"""Where the doctor's questions go: over the network for a URL, straight into the app for module:app."""

from __future__ import annotations

import httpx

from adnotice.doctor.application import awake, find_app
from adnotice.doctor.observations import SiteSeen
from adnotice.doctor.requests import TIMEOUT_SECONDS, Questioner


async def examine(target: str, paths: tuple[str, ...], prefix: str, host: str) -> SiteSeen:
    """Asks the site everything. Raises `NotFound` when `module:app` names no app."""
    if "://" in target:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
            return await Questioner(client, target, prefix).look(paths, public=True)
    app = find_app(target)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with awake(app), httpx.AsyncClient(transport=transport, timeout=TIMEOUT_SECONDS) as client:
        return await Questioner(client, f"http://{host}/", prefix).look(paths, public=False)
