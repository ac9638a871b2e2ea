"""The dashboard behind Django's own login: `ADNOTICE = {"authorize": staff, "login_url": "/admin/login/", …}`."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Literal

from django.conf import settings
from django.http import HttpRequest
from starlette.requests import Request


def staff(request: Request) -> str | Literal[False] | None:
    """The user's name for who may log in to the admin (active, `is_staff`), None for who is not logged in, False for
    every other user. For the setting `authorize`; blocks, and changes no session that lives."""
    # Both need apps that are loaded, and the settings name this function before.
    from django.contrib.auth import get_user
    from django.db import connections

    engine = import_module(settings.SESSION_ENGINE)
    asked = HttpRequest()
    try:
        asked.session = _Session(engine.SessionStore(request.cookies.get(settings.SESSION_COOKIE_NAME)).items())
        user = get_user(asked)
        if not user.is_authenticated:
            return None
        return str(user.get_username()) if user.is_active and user.is_staff else False
    finally:
        connections.close_all()  # of this thread of ours, whose requests Django does not see end


class _Session(dict[str, Any]):
    """What a session holds. Django ends or renews one whose password or key has changed; the site's own pages do that."""

    def flush(self) -> None:
        """Ends nothing."""

    def cycle_key(self) -> None:
        """Keeps the key that the browser has."""
