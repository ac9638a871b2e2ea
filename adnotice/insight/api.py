"""The figures for other programs, over HTTP: who may read them, for which days, in which form."""

from __future__ import annotations

from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from adnotice.http.headers import header
from adnotice.http.messages import Rejected
from adnotice.insight.access.cookies import Visitor
from adnotice.insight.access.forms import check_query
from adnotice.insight.access.login import Login
from adnotice.insight.analysis.periods import BadPeriod
from adnotice.insight.analysis.query import MAX_WISH_CHARACTERS, WISHES, NoRow, Reader, Wish
from adnotice.insight.analysis.rows import ROW_WISHES, BadRows, choose_rows
from adnotice.insight.analysis.summarize import TOP_ROWS
from adnotice.insight.analysis.summary import TABLES, Reading
from adnotice.insight.display import exports
from adnotice.insight.display.openmetrics import MAX_METRIC_SITES, to_openmetrics
from adnotice.insight.threads import STORE_SECONDS, Threads
from adnotice.vocabulary import Rejection, Unavailable

EXPORTED_ROWS: Final = 1000


class Api:
    """Answers api/v1 and metrics: to a dashboard session, or to who bears the metrics token."""

    def __init__(self, login: Login, reader: Reader, threads: Threads, k_min: int) -> None:
        self._login = login
        self._least = k_min
        self._reader = reader
        self._threads = threads

    async def summary(self, request: Request) -> Response:
        """All figures of one site as JSON."""
        reading = await self._read(request, TOP_ROWS)
        body = await self._threads.run(partial(exports.to_json, reading))
        return _download(body, "application/json")

    async def table(self, request: Request) -> Response:
        """One of the tables as CSV."""
        name = request.path_params["table"]
        reading = await self._read(request, EXPORTED_ROWS, *(ROW_WISHES if name in TABLES else ()))
        tables = exports.tables(reading)
        if name not in tables:
            raise Rejected(Rejection.NAME, f"no such table, there are: {', '.join(tables)}")
        table = tables[name]
        if name in TABLES:
            wanted, by = (request.query_params.get(key, "")[:MAX_WISH_CHARACTERS] for key in ROW_WISHES)
            try:
                table = exports.rows_table(name, choose_rows(name, getattr(reading.summary, name), wanted, by))
            except BadRows as problem:
                raise Rejected(Rejection.QUERY, str(problem)) from None
        span = reading.summary.span
        headers = _headers("text/csv; charset=utf-8", f"adnotice-{name}-{span.first}-{span.last}.csv")
        return StreamingResponse(exports.write_csv(table), 200, headers)

    async def row(self, request: Request) -> Response:
        """One row opened alone, as JSON."""
        await self._admit(request)
        check_query(request, *WISHES, "name")
        table = request.path_params["table"]
        if table not in TABLES:
            raise Rejected(Rejection.NAME, f"no such table of rows, there are: {', '.join(TABLES)}")
        name = request.query_params.get("name", "")
        try:
            wish = Wish.of(request.query_params, Visitor.of(request).host, EXPORTED_ROWS)
            reading, row = await self._threads.run(partial(self._reader.open_row, wish, table, name, self._least))
        except BadPeriod as problem:
            raise Rejected(Rejection.QUERY, str(problem)) from None
        except NoRow as problem:
            raise Rejected(Rejection.NAME, str(problem)) from None
        body = exports.row_to_json(reading.summary.site, reading.summary.span, row)
        return _download(body, "application/json")

    async def metrics(self, request: Request) -> Response:
        """The counts of this month and what the dashboard shows, as OpenMetrics or in Prometheus' older format."""
        await self._admit(request)
        check_query(request)
        try:
            health = await self._threads.run(self._reader.health, STORE_SECONDS)
            metrics = await self._threads.run(partial(self._reader.measure, health, MAX_METRIC_SITES))
        except Unavailable:
            metrics = self._reader.measure_nothing()
        accepted = request.headers.get("accept", "")
        return _download(*await self._threads.run(partial(to_openmetrics, metrics, accepted)))

    async def _read(self, request: Request, rows: int, *more: str) -> Reading:
        await self._admit(request)
        check_query(request, *WISHES, *more)
        try:
            wish = Wish.of(request.query_params, Visitor.of(request).host, rows)
            return await self._threads.run(partial(self._reader.read, wish))
        except BadPeriod as problem:
            raise Rejected(Rejection.QUERY, str(problem)) from None

    async def _admit(self, request: Request) -> None:
        if not self._login.possible and not self._login.bearer_possible:
            raise Rejected(Rejection.CLOSED, "set dashboard_password_hash, authorize or metrics_token first")
        given = request.headers.get("authorization", "")
        if await self._login.bears(given):
            return
        account = await self._login.admit(request)
        if account is None or account.shared:
            reason = "log in, or send a bearer token"
            if given:
                reason = "this bearer token is none of ours, or was taken back"
            elif account is not None:
                reason = f"a shared link shows figures and gives no download: {reason}"
            raise Rejected(Rejection.LOGIN, reason, header(b"www-authenticate", 'Bearer realm="adnotice"'), status=401)


def _download(body: bytes, content_type: str) -> Response:
    return Response(body, 200, _headers(content_type))


def _headers(content_type: str, file: str = "") -> dict[str, str]:
    headers = {"content-type": content_type, "cache-control": "no-store", "x-content-type-options": "nosniff"}
    if file:
        headers["content-disposition"] = f'attachment; filename="{file}"'
    return headers
