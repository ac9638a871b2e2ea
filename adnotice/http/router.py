"""Our own addresses: finds who answers, has the request admitted, sends the answer."""

from __future__ import annotations

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adnotice.http.admission import Admission, messages_of, peer_address
from adnotice.http.headers import quote_root, retry_after
from adnotice.http.messages import REJECTED, STORE_UNAVAILABLE, Answer, Endpoint, Rejected, Request, Routes, Rule
from adnotice.http.sites import Sites
from adnotice.mode import CurrentMode
from adnotice.vocabulary import Record, Rejection, RequestRejected, Unavailable

LOOK_RULE: Final = Rule(methods=("GET", "HEAD"))
FORM_RULE: Final = Rule(methods=("POST",), max_body_bytes=16_384, same_origin=True)


class Prefix:
    """Tells the requests for our own addresses, which are all below one prefix."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix + "/"

    def name_of(self, scope: Scope) -> str:
        """What follows our prefix in the request's path; empty for the site's own addresses."""
        path: str = scope["path"]
        if self._prefix not in path:
            return ""
        root: str = scope.get("root_path", "")
        top = root.rstrip("/")
        if top and path.startswith(top + "/"):
            path = path[len(top) :]
        if top != root:  # a server's --root-path with a slash at its end: it may have put another one behind it
            path = "/" + path.lstrip("/")
        return path[len(self._prefix) :] if path.startswith(self._prefix) else ""


class Router(Prefix):
    """Answers what is asked below our prefix: endpoints by their routes, some folders by an app of their own.

    `apps` answer for all that begins with their name: they get the request with its body read, bounded, and as its
    client the reader that `trusted_proxies` tell, else the connection's own address. What is rejected before they tell
    in their own way: as a page, where people ask. `record` takes what was rejected.
    """

    def __init__(
        self,
        admission: Admission,
        routes: Routes,
        apps: dict[str, ASGIApp],
        *,
        prefix: str,
        sites: Sites,
        record: Record,
        mode: CurrentMode,
    ) -> None:
        super().__init__(prefix)
        self.routes = routes
        self._admission = admission
        self.apps = apps
        self._base = prefix
        self._sites = sites
        self._record = record
        self._mode = mode

    async def answer(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers the request for this name, whatever it is."""
        unread = True
        try:
            endpoint = self.find(name)
            if endpoint is None:
                await self._hand_over(name, scope, receive, send)
                return
            rule = endpoint.rule
            request = self.admit(rule, name, scope)
            if rule.max_body_bytes:
                body = self._admission.read_body(receive, rule.max_body_bytes)
                request.body = body if isinstance(body, bytes) else await body
                unread = False
            else:
                unread = b"content-length" in request.headers or b"transfer-encoding" in request.headers
            answer = await endpoint.answer(request)
        except Rejected as rejected:
            answer = self.reject(scope, rejected)
            unread = unread and rejected.unread
        except Unavailable as unavailable:
            answer = self.reject(scope, store_is_away(unavailable))
        if unread:
            await self._admission.discard(scope, receive)
        start, body_message = messages_of(answer, head=scope["method"] == "HEAD")
        await send(start)
        await send(body_message)

    def find(self, name: str) -> Endpoint | None:
        """Who answers for this name; None where an app of its own does. Raises `Rejected` where nobody does."""
        endpoint = self.routes.get(name) or self.routes.get(name[: name.rfind("/") + 1])
        if endpoint is None and name.partition("/")[0] not in self.apps:
            raise Rejected(Rejection.NAME, f"{self._prefix}{name[:80]} is no address of adnotice")
        return endpoint

    def admit(self, rule: Rule, name: str, scope: Scope) -> Request:
        """The request as the endpoint gets it, its body not read yet. Raises `Rejected`."""
        site = self._sites.of(scope)
        if site is None:
            raise Rejected(Rejection.HOST, "this host is not listed in the setting hosts")
        return self._admission.admit(scope, rule, path=name, base=self._base_of(scope), site=site)

    def for_app(self, name: str, scope: Scope) -> tuple[ASGIApp, Rule, Request, Scope]:
        """The app that answers for this name, by which rule, what was admitted, and the scope that the app gets."""
        rule = FORM_RULE if scope["method"] == "POST" else LOOK_RULE
        request = self._admission.admit(scope, rule, path=name, base=self._base_of(scope), site="")
        client = (request.client or peer_address(scope), 0)
        return self._app_of(name), rule, request, {**self._scope_of(name, scope), "client": client}

    def have_told(self, name: str, scope: Scope, rejected: Rejected) -> tuple[ASGIApp, Scope]:
        """The app that tells about a request for this name that was rejected, and the scope that it gets. It is counted."""
        self.reject(scope, rejected)
        return self._app_of(name), {**self._scope_of(name, scope), REJECTED: rejected}

    def _app_of(self, name: str) -> ASGIApp:
        return self.apps[name.partition("/")[0]]

    def _scope_of(self, name: str, scope: Scope) -> Scope:
        base = self._base_of(scope)
        return {**scope, "root_path": base, "path": f"{base}/{name}"}

    def reject(self, scope: Scope, rejected: Rejected) -> Answer:
        """The answer to a rejected request, which is counted; not where the mode is off, when nothing is."""
        site = None if self._mode.off else self._sites.of(scope)
        if site is not None:
            self._record(RequestRejected(site, rejected.rejection))
        return rejected.answer()

    def _base_of(self, scope: Scope) -> str:
        """Where our own addresses begin, as browsers ask for them."""
        root: str = scope.get("root_path", "")
        return quote_root(root) + self._base if root else self._base

    async def _hand_over(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        whole = b""
        try:
            app, rule, _, asked = self.for_app(name, scope)
            if rule.max_body_bytes:
                body = self._admission.read_body(receive, rule.max_body_bytes)
                whole = body if isinstance(body, bytes) else await body
            else:
                await self._admission.discard(scope, receive)
        except Rejected as rejected:
            app, asked = self.have_told(name, scope, rejected)
            if rejected.unread:
                await self._admission.discard(scope, receive)

        left: list[Message] = [{"type": "http.request", "body": whole, "more_body": False}]

        async def replay() -> Message:
            # The body once; then what the server says: who streams its answer waits there for the reader to go away.
            return left.pop() if left else await receive()

        await app(asked, replay, send)


def store_is_away(unavailable: Unavailable) -> Rejected:
    """What is told where nothing could be committed."""
    return Rejected(Rejection.STORE, STORE_UNAVAILABLE, retry_after(unavailable.retry_after))
