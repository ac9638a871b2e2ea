"""The composition root: our addresses to our endpoints, everyone else's HTML through inject. Wires, decides nothing."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adnotice.configuration import choose_settings
from adnotice.count.ingest.writer import Writer
from adnotice.detect.endpoints import Detection
from adnotice.http.admission import Gate
from adnotice.http.router import Reception
from adnotice.http.sites import Sites
from adnotice.inject.middleware import Injector
from adnotice.insight.analysis.periods import Retention
from adnotice.insight.blind_spots import Sight
from adnotice.insight.dashboard import Dashboard
from adnotice.keys import Keys
from adnotice.mode import CurrentMode
from adnotice.notice.about import Practice
from adnotice.notice.endpoints import Notices
from adnotice.notice.to_mend import find_to_mend
from adnotice.settings import Settings, SettingsError
from adnotice.slot import find_wrong_slot
from adnotice.standby import Standby
from adnotice.switched_off import SwitchedOff
from adnotice.vocabulary import Mode

logger: Final = logging.getLogger("adnotice")


@lru_cache(maxsize=16)
def tell(why: str) -> None:
    """Logs it once in a process: some frameworks make a middleware for each of their routes."""
    logger.error("%s", why)


class AdNoticeMiddleware:
    """One line in front of an ASGI app.

    `AdNoticeMiddleware(app)` takes the settings that `adnotice init` has written: from the file that ADNOTICE_CONFIG names,
    else from adnotice.toml in the folder where the server runs, the environment's ADNOTICE_… above it. Or they are given
    as keywords, or as `settings=` made by `Settings.of`, `Settings.from_env` or `Settings.from_file`. Opens nothing and
    starts nothing until the server starts up, or until the first request.

    Never raises: many frameworks make their middleware while they answer the first request, and would answer all of them
    with 500. Settings that can't be used are logged at once, fail the server's startup, and leave the site as it is.
    """

    def __init__(self, /, app: ASGIApp, settings: Settings | None = None, **options: object) -> None:
        self.app = app
        self._reception: Reception | Standby | SwitchedOff
        self._pages: Injector | Standby | SwitchedOff
        try:
            found = choose_settings(settings, options)
            if found.enabled:
                self._set_up(app, found)
            else:
                off = SwitchedOff(app, found.prefix)
                self._reception = self._pages = off
                self._live = off.live
        except SettingsError as error:
            self._stand_by(error)
        except Exception as error:  # whatever it is, the site must not fail for it
            logger.exception("adnotice failed while it was set up")
            told = f"adnotice failed while it was set up, which is a fault of its own: {type(error).__name__}: {error}"
            self._stand_by(SettingsError([told]))

    def _stand_by(self, error: SettingsError) -> None:
        tell(str(error))
        standby = Standby(self.app, str(error), error.prefix)
        self._reception = self._pages = standby
        self._live = standby.live

    def _set_up(self, app: ASGIApp, settings: Settings) -> None:
        if wrong_slot := find_wrong_slot(app):
            raise SettingsError([wrong_slot])
        for warning in settings.warnings():
            logger.warning("%s", warning)
        keys = Keys(settings.secret_key)
        sites = Sites(settings.site, settings.hosts)
        mode = CurrentMode(settings.mode)
        self._writer = Writer(settings.count, mode=mode)
        gate = Gate(settings.gate)
        commit = gate.limit(self._writer.commit)
        notices = Notices(
            settings.notice,
            keys=keys,
            commit=commit,
            mode=mode.fresh,
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
            record=self._writer.record,
        )
        detection = Detection(
            settings.detect,
            keys=keys,
            commit=commit,
            ask=notices.ask,
            again=notices.again,
            mode=mode.fresh,
            look=self._writer.look,
            recent=self._writer.grounds,
            tell_bait=self._writer.record if settings.count.pages_cached else None,
        )
        dashboard = Dashboard(
            settings.insight,
            keys=keys,
            store=self._writer.store,
            site_name=settings.site_name,
            mode=mode.known,
            timezone=settings.count.timezone,
            pages_cached=settings.count.pages_cached,
            health=self._writer.health,
            told=self._writer.tell,
            to_mend=find_to_mend(settings.notice),
            sight=Sight(bool(settings.detect.ad_probe), settings.detect.honour_gpc),
            retention=Retention(settings.count.hours_kept_days, settings.count.days_kept_months),
        )
        self._pages = Injector(
            app,
            settings.inject,
            src=f"{settings.prefix}/client.js",
            record=self._writer.record,
            begin=self._writer.begin,
            sites=sites,
            mode=mode,
            honour_gpc=settings.detect.honour_gpc,
        )
        self._reception = Reception(
            gate,
            {**detection.routes, **notices.routes},
            dict.fromkeys(("dashboard", "api", "metrics"), dashboard),
            prefix=settings.prefix,
            sites=sites,
            record=self._writer.record,
            mode=mode,
        )
        self._live = self._lifespan
        self._counts_from_the_start = settings.mode is not Mode.OFF

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers our own addresses; hands everything else to the app."""
        if scope["type"] == "http":
            if name := self._reception.name_of(scope):
                await self._reception.answer(name, scope, receive, send)
            else:
                await self._pages.attend(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_after_flush(message: Message) -> None:
            if message["type"] == "lifespan.startup.complete" and self._counts_from_the_start:
                self._writer.begin()  # in its own thread: nobody waits, and what is wrong with the store is said now
            if message["type"].startswith("lifespan.shutdown."):
                await self._writer.close()
            await send(message)

        await self.app(scope, receive, send_after_flush)
