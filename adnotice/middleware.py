"""The composition root: our addresses to our endpoints, everyone else's HTML through inject. Wires, decides nothing."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adnotice.count.writer import Writer
from adnotice.detect.endpoints import Detection
from adnotice.gate import Gate
from adnotice.inject.injector import Injector
from adnotice.insight.dashboard import Dashboard
from adnotice.keys import Keys
from adnotice.mode import CurrentMode
from adnotice.notice.about import Practice
from adnotice.notice.endpoints import Notices
from adnotice.reception import Reception
from adnotice.settings import Settings
from adnotice.site import Sites


class AdNoticeMiddleware:
    """One line in front of an ASGI app.

    `AdNoticeMiddleware(app, secret_key=..., site_name="The Daily Example")` with the settings as keywords, or with
    `settings=` made by `Settings.of`, `Settings.from_env` or `Settings.from_file`. Raises `SettingsError` when they
    can't be used. Opens nothing and starts nothing until the first request.
    """

    def __init__(self, app: ASGIApp, settings: Settings | None = None, **options: object) -> None:
        if settings is not None and options:
            raise TypeError(f"give settings= or single options, not both; got also {', '.join(options)}")
        settings = settings or Settings.of(**options)
        keys = Keys(settings.secret_key)
        self.app = app
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
            ),
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
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers our own addresses; hands everything else to the app."""
        if scope["type"] == "http":
            if name := self._reception.name_of(scope):
                await self._reception.answer(name, scope, receive, send)
            else:
                await self._pages.attend(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_after_flush(message: Message) -> None:
            if message["type"].startswith("lifespan.shutdown."):
                await self._writer.close()
            await send(message)

        await self.app(scope, receive, send_after_flush)
