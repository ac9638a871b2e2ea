"""Every room made of the settings and joined to the others, whatever calls us: ASGI's middleware or WSGI's."""

from __future__ import annotations

import logging
from functools import partial
from typing import Final, NamedTuple

from starlette.types import ASGIApp

from adnotice.count.ingest.writer import Writer
from adnotice.detect.endpoints import Detection
from adnotice.http.admission import Admission
from adnotice.http.router import Router
from adnotice.http.sites import Sites
from adnotice.inject.rules import Rules, make_rules
from adnotice.keys import Keys
from adnotice.lazy import LazyApp
from adnotice.mode import CurrentMode
from adnotice.notice.about import Practice
from adnotice.notice.endpoints import Notices
from adnotice.settings import Settings

logger: Final = logging.getLogger("adnotice")

FOLDERS: Final = ("dashboard", "api", "metrics")
"""What the dashboard answers for, below our prefix."""


class Parts(NamedTuple):
    """What answers, and what counts."""

    writer: Writer
    router: Router
    rules: Rules


def compose(settings: Settings) -> Parts:
    """Makes the rooms; opens nothing and starts nothing."""
    for warning in settings.warnings():
        logger.warning("%s", warning)
    keys = Keys(settings.secret_key)
    sites = Sites(settings.site, settings.hosts)
    mode = CurrentMode(settings.mode)
    writer = Writer(settings.count, mode=mode)
    admission = Admission(settings.admission)
    commit = admission.limit(writer.commit)
    notices = Notices(
        settings.notice,
        keys=keys,
        commit=commit,
        mode=mode.fresh,
        peace=mode.peace,
        site_name=settings.site_name,
        practice=Practice(
            honour_gpc=settings.detect.honour_gpc,
            count_referrers=settings.detect.count_referrers,
            months_kept=settings.count.months_kept,
            ad_probe=bool(settings.detect.ad_probe),
            ad_probe_load=settings.detect.ad_probe_load,
            ad_probe_look=settings.detect.ad_probe_look,
            measure_consent=settings.detect.measure_consent == "required",
            ask_consent=settings.detect.ask_consent == "required",
            sample_rate=settings.detect.sample_rate,
            prefix=settings.prefix,
        ),
        record=writer.record,
    )
    detection = Detection(
        settings.detect,
        keys=keys,
        commit=commit,
        ask=notices.ask,
        again=notices.again,
        mode=mode.fresh,
        peace=mode.peace,
        look=writer.look,
        recent=writer.grounds,
        tell_bait=writer.record if settings.count.pages_cached else None,
    )
    dashboard = LazyApp(partial(_load_dashboard, settings, keys, writer, mode))
    rules = make_rules(
        settings.inject,
        src=f"{settings.prefix}/client.js",
        record=writer.record,
        begin=writer.begin,
        sites=sites,
        mode=mode,
        honour_gpc=settings.detect.honour_gpc,
    )
    router = Router(
        admission,
        {**detection.routes, **notices.routes},
        dict.fromkeys(FOLDERS, dashboard),
        prefix=settings.prefix,
        sites=sites,
        record=writer.record,
        mode=mode,
    )
    return Parts(writer, router, rules)


def _load_dashboard(settings: Settings, keys: Keys, writer: Writer, mode: CurrentMode) -> ASGIApp:
    """Most of what adnotice imports is for the operator's pages alone: a server that shows none starts without it."""
    from adnotice.operator_pages import make_dashboard

    return make_dashboard(settings, keys, writer, mode)
