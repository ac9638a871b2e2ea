"""The composition root for WSGI: Flask, Django and whatever else gunicorn, waitress or mod_wsgi run without an event loop.

Only the dashboard, which is an ASGI app, gets a loop, for the one request that asks for it.
"""

from __future__ import annotations

import atexit
import os
import weakref
from collections.abc import Iterable
from typing import Final, Unpack

from adnotice.composition import Parts, compose, logger
from adnotice.configuration import choose_settings
from adnotice.detect.client import make_silence
from adnotice.http.admission import Admission, AdmissionSettings
from adnotice.http.messages import Answer, Rejected
from adnotice.http.router import LOOK_RULE
from adnotice.http.wsgi_request import Environ, StartResponse, WSGIApp, find_path, make_scope
from adnotice.http.wsgi_router import WsgiRouter, send_answer
from adnotice.inject.wsgi import PageStart, WsgiInjector
from adnotice.keywords import Keywords
from adnotice.middleware_order import InFront, judge_wsgi
from adnotice.settings import Settings, SettingsError
from adnotice.standby import REASON as NOT_SET_UP
from adnotice.switched_off import REASON as SWITCHED_OFF
from adnotice.vocabulary import Rejection
from adnotice.waiting import complete
from adnotice.wsgi_servers import find_obstacle

NOWHERE: Final = "adnotice can't run under this server: %s"


class AdNotice(InFront):
    """One line in front of a WSGI app: `app.wsgi_app = AdNotice(app.wsgi_app)` for Flask.

    Settings as for `AdNoticeMiddleware`: from the file and the environment, as keywords, or as `settings=`. Opens
    nothing and starts nothing until the first request, so that servers may fork as they like; each process counts for
    itself, and writes what waits when it ends in order.

    Never raises: settings that can't be used are logged, our own addresses answer 503, and the site goes on as it is.
    The same holds under a server that can't run us, where the first request finds that out.
    """

    def __init__(self, /, app: WSGIApp, settings: Settings | None = None, **options: Unpack[Keywords]) -> None:
        self.app = app
        self._prefix = f"{Settings.prefix}/"
        self._parts: Parts | None = None
        self._rejected = Rejected(Rejection.SETTINGS, NOT_SET_UP)
        """What our own addresses answer while there are no parts."""
        self._silent = False
        """Whether client.js is empty then, for pages that caches hold with the tag."""
        self._pid = 0
        """The process that has asked whether it can run us, and whose writer this is."""
        try:
            found = choose_settings(settings, options)
            self._prefix = f"{found.prefix}/"
            if found.enabled:
                self._set_up(app, found)
            else:
                self._rejected, self._silent = Rejected(Rejection.NAME, SWITCHED_OFF), True
        except SettingsError as error:
            self._prefix = f"{error.prefix}/"
            logger.error("%s", error)
        except Exception:  # noqa: BLE001 - whatever it is, the site must not fail for it
            logger.exception("adnotice failed while it was set up, which is a fault of its own")

    def _set_up(self, app: WSGIApp, settings: Settings) -> None:
        placement = judge_wsgi(app)
        if placement.wrong:
            raise SettingsError([placement.wrong])
        if placement.doubled:
            logger.error("%s", placement.doubled)
        parts = compose(settings)
        self._pages = WsgiInjector(app, parts.rules)
        self._router = WsgiRouter(parts.router)
        self._parts = parts
        atexit.register(_close, weakref.ref(self))

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answers our own addresses; hands everything else to the app."""
        if self.owns(environ):
            return self._answer(find_path(environ)[len(self._prefix) :], environ, start_response)
        return self.app(environ, start_response) if self._parts is None else self._pages.attend(environ, start_response)

    def owns(self, environ: Environ) -> bool:
        """Whether the request is for one of our own addresses."""
        if self._parts is not None and os.getpid() != self._pid:
            self._settle(self._parts)
        return find_path(environ).startswith(self._prefix)

    def begin_page(self, environ: Environ, start_response: StartResponse) -> PageStart | None:
        """What follows the app's answer to a request that is not for us; None where adnotice is not there."""
        return None if self._parts is None else self._pages.begin(environ, start_response)

    def _settle(self, parts: Parts) -> None:
        """What each process does once, before its first request."""
        if obstacle := find_obstacle():
            logger.error(NOWHERE, obstacle)
            self._rejected = Rejected(Rejection.SETTINGS, NOWHERE % obstacle)
            self._parts = None
            return
        parts.writer.settle()
        self._pid = os.getpid()

    def _answer(self, name: str, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if self._parts is not None:
            status, headers, body = self._router.respond(name, environ)
            start_response(status, headers)
            return [body]
        scope = make_scope(environ)
        answer: Answer
        try:
            if not (self._silent and name == "client.js"):
                raise self._rejected
            answer = make_silence().answer(
                Admission(AdmissionSettings()).admit(scope, LOOK_RULE, path=name, base="", site="")
            )
        except Rejected as rejected:
            answer = rejected.answer()
        status, headers, body = send_answer(answer, head=scope["method"] == "HEAD")
        start_response(status, headers)
        return [body]

    def close(self) -> None:
        """Writes what waits, within two seconds; what is counted later begins anew. Called when the process ends in order."""
        if self._parts is not None and self._pid == os.getpid():
            complete(self._parts.writer.close())


def _close(reference: weakref.ref[AdNotice]) -> None:
    middleware = reference()
    if middleware is not None:
        middleware.close()
