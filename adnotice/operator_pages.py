"""The dashboard made of the settings. Composed apart from the other rooms, as it is loaded apart (`late.py`)."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from adnotice.count.ingest.writer import Writer
from adnotice.insight.analysis.periods import Retention
from adnotice.insight.blind_spots import Sight
from adnotice.insight.dashboard import Dashboard
from adnotice.insight.wording import load_spoken
from adnotice.keys import Keys
from adnotice.mode import CurrentMode
from adnotice.notice.to_mend import find_left_open
from adnotice.settings import Settings
from adnotice.settings_list import list_settings


def make_dashboard(settings: Settings, keys: Keys, writer: Writer, mode: CurrentMode) -> Dashboard:
    """The operator's pages, API and metrics of what this writer counts."""
    left_open = find_left_open(settings.notice)
    spoken = load_spoken(settings.insight.dashboard_languages, Path(settings.notice.wording_folder))
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
        sight=Sight(bool(settings.detect.ad_probe), settings.detect.honour_gpc),
        retention=Retention(settings.count.hours_kept_days, settings.count.days_kept_months),
    )
