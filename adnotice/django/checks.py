"""What `manage.py check` says of us: settings that can't be used, and a place in MIDDLEWARE where pages pass us by."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as CheckWarning

from adnotice.django.options import read_options
from adnotice.settings import SettingsError

MIDDLEWARE: Final = "adnotice.django.middleware.AdNoticeMiddleware"

MAY_STAND_BEFORE: Final = (
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
)
"""What answers no page by itself, keeps none, and adds no policy that we would have to know."""


def check_settings(**_: Any) -> list[CheckMessage]:
    """An error for each thing that is wrong with the settings."""
    try:
        read_options()
    except SettingsError as error:
        return [Error(problem, id="adnotice.E001") for problem in error.problems]
    return []


def check_place(**_: Any) -> list[CheckMessage]:
    """Whether our middleware is there, and outside of those that answer, keep and mark pages."""
    if MIDDLEWARE not in settings.MIDDLEWARE:
        return [
            CheckWarning(
                "adnotice is in INSTALLED_APPS and its middleware is not: no page carries the tag.",
                hint=f"Put {MIDDLEWARE!r} first into MIDDLEWARE.",
                id="adnotice.W001",
            )
        ]
    before = [
        each for each in settings.MIDDLEWARE[: settings.MIDDLEWARE.index(MIDDLEWARE)] if each not in MAY_STAND_BEFORE
    ]
    if before:
        return [
            CheckWarning(
                f"{', '.join(before)} stand before adnotice's middleware: pages that they keep or answer are not counted, "
                "and a policy that they add may forbid the tag.",
                hint=f"Put {MIDDLEWARE!r} first into MIDDLEWARE; SecurityMiddleware, GZipMiddleware and WhiteNoise may stand before.",
                id="adnotice.W002",
            )
        ]
    return []
