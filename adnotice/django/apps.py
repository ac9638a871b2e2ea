"""The app as Django's registry knows it."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register


class AdNoticeConfig(AppConfig):
    """`adnotice.django` in INSTALLED_APPS."""

    name = "adnotice.django"
    label = "adnotice"
    verbose_name = "adnotice"

    def ready(self) -> None:
        """Has `manage.py check` look at our settings and our place."""
        from adnotice.django.checks import check_place, check_settings

        register(check_settings)
        register(check_place)
