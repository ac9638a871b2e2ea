"""The composition root: our addresses to our endpoints, everyone else's HTML through inject. Wires, decides nothing."""

from __future__ import annotations

import logging
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adnotice.count.writer import Writer
from adnotice.detect.endpoints import Detection
from adnotice.events import Unavailable
from adnotice.exchange import Refused, Routes, Rule
from adnotice.gate import Gate, send_answer
from adnotice.inject.injector import Injector
from adnotice.insight.dashboard import Dashboard
from adnotice.keys import Keys
from adnotice.mode import CurrentMode
from adnotice.notice.about import Practice
from adnotice.notice.endpoints import Notices
from adnotice.settings import Settings
from adnotice.site import site_finder

logger: Final = logging.getLogger("adnotice")

INSIGHT: Final = frozenset({"dashboard", "api", "metrics"})
LOOK_RULE: Final = Rule(methods=("GET", "HEAD"))
FORM_RULE: Final = Rule(methods=("POST",), max_body_bytes=16_384, same_origin=True)


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
        self._base = settings.prefix
        self._prefix = settings.prefix + "/"
        self._site_of = site_finder(settings.site, settings.hosts)
        self._gate = Gate(settings.gate)
        self._writer = Writer(settings.count)
        mode = CurrentMode(settings.mode, self._writer.mode, self._writer.wake)
        notices = Notices(
            settings.notice,
            keys=keys,
            commit=self._writer.commit,
            mode=mode,
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
            commit=self._writer.commit,
            ask=notices.ask,
            again=notices.again,
            mode=mode,
            recent=self._writer.grounds,
        )
        self._routes: Routes = {**detection.routes, **notices.routes}
        self._insight = Dashboard(
            settings.insight,
            keys=keys,
            store=self._writer.store,
            site_name=settings.site_name,
            mode=mode,
            timezone=settings.count.timezone,
            pages_cached=settings.count.pages_cached,
        )
        self._pages = Injector(
            app,
            settings.inject,
            src=self._prefix + "client.js",
            record=self._writer.record,
            site_of=self._site_of,
            mode=mode.known,
            honour_gpc=settings.detect.honour_gpc,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers our own addresses; hands everything else to the app."""
        if scope["type"] == "http":
            path = scope["path"]
            if self._prefix in path and (name := self._own_name(scope, path)):
                await self._answer(name, scope, receive, send)
            else:
                await self._pages.attend(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _own_name(self, scope: Scope, path: str) -> str:
        """What follows our prefix; empty for the site's own addresses."""
        if (root := scope.get("root_path", "")) and path.startswith(root + "/"):
            path = path[len(root) :]
        return path[len(self._prefix) :] if path.startswith(self._prefix) else ""

    async def _answer(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            endpoint = self._routes.get(name) or self._routes.get(name[: name.rfind("/") + 1])
            if endpoint is not None:
                site = self._site_of(scope)
                if site is None:
                    raise Refused(403, "this host is not listed in the setting hosts")
                base = scope.get("root_path", "") + self._base
                rule = endpoint.rule
                request = self._gate.admit(scope, rule, path=name, base=base, site=site)
                if rule.max_body_bytes:
                    request.body = await self._gate.read_body(receive, rule.max_body_bytes)
                answer = await endpoint.answer(request)
            elif name.partition("/")[0] in INSIGHT:
                await self._show(name, scope, receive, send)
                return
            else:
                raise Refused(404, f"{self._prefix}{name[:80]} is no address of adnotice")
        except Refused as refused:
            answer = refused.answer()
        except Unavailable as unavailable:
            retry = (b"retry-after", b"%d" % unavailable.retry_after)
            answer = Refused(503, f"store unavailable: {unavailable}", retry).answer()
        await send_answer(send, answer, head=scope["method"] == "HEAD")

    async def _show(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        base = scope.get("root_path", "") + self._base
        rule = FORM_RULE if scope["method"] == "POST" else LOOK_RULE
        request = self._gate.admit(scope, rule, path=name, base=base, site="")
        if rule.max_body_bytes:
            request.body = await self._gate.read_body(receive, rule.max_body_bytes)

        async def replay() -> Message:
            return {"type": "http.request", "body": request.body, "more_body": False}

        await self._insight({**scope, "root_path": base, "path": f"{base}/{name}"}, replay, send)

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_after_flush(message: Message) -> None:
            if message["type"].startswith("lifespan.shutdown."):
                await self._writer.close()
            await send(message)

        await self.app(scope, receive, send_after_flush)
