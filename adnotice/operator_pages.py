"""The dashboard made of the settings. Composed apart from the other rooms, as it is loaded apart (`lazy.py`)."""

from __future__ import annotations

from functools import partial

from adnotice.count.ingest.writer import Writer
from adnotice.insight.analysis.periods import Retention
from adnotice.insight.blind_spots import Sight
from adnotice.insight.dashboard import Dashboard
from adnotice.keys import Keys
from adnotice.mode import CurrentMode
from adnotice.notice.to_mend import find_left_open
from adnotice.settings import Settings
from adnotice.settings_list import list_settings


def make_dashboard(settings: Settings, keys: Keys, writer: Writer, mode: CurrentMode) -> Dashboard:
    """The operator's pages, API and metrics of what this writer counts."""
    left_open = find_left_open(settings.notice)
    spoken = settings.spoken()
    return Dashboard(
        settings.insight,
        keys=keys,
        store=writer.store,
        site_name=settings.site_name,
        mode=mode.known,
        timezone=settings.count.timezone,
        pages_cached=settings.count.pages_cached,
        health=writer.health,
        told=writer.tell,
        to_mend=lambda: (*left_open.tell(), *spoken.tell()),
        setting=settings.mode,
        settings_told=partial(list_settings, settings),
        languages=settings.notice.languages,
        spoken=spoken.catalogues,
        sight=make_sight(settings),
        retention=make_retention(settings),
    )


def make_sight(settings: Settings) -> Sight:
    """What these settings let the figures see."""
    return Sight(bool(settings.detect.ad_probe), settings.detect.honour_gpc)


def make_retention(settings: Settings) -> Retention:
    """How long figures are kept by the hour and by the day."""
    return Retention(settings.count.hours_kept_days, settings.count.days_kept_months)
