"""The demo: a small newspaper behind adnotice, served on this machine only.

Run as `make demo`, or `python demo_app.py [--port N] [--no-sample]`. Counts go into a temporary file and are forgotten
when it ends.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

from adnotice import AdNoticeMiddleware, Keywords, Settings
from adnotice.count.stores.open import open_store
from adnotice.insight.access.passwords import hash_password
from adnotice.keys import new_secret
from demo.newsroom import HERE, read_articles
from demo.sample import LABEL, SITE, write_sample

PASSWORD = "read all about it"  # noqa: S105 - printed at start: it guards figures on this machine only
FIRST_PORT = 8000
LAST_PORT = 8099

ARTICLES = read_articles()


SHOWN_AT = ARTICLES[1].path
FIGURES_AT = "/_adnotice/dashboard"
SAMPLE_AT = f"{FIGURES_AT}?site={SITE.replace(' ', '+')}"


def make_newspaper(figures_at: str = FIGURES_AT) -> Starlette:
    """The newspaper itself. Of adnotice it knows the addresses that its strip leads to, for who tries the demo."""
    templates = Jinja2Templates(HERE / "templates")
    sections = list(dict.fromkeys(article.section for article in ARTICLES))
    paths = {section: f"/{section.lower()}" for section in sections}
    templates.env.globals |= {"sections": sections, "paths": paths, "shown_at": SHOWN_AT, "figures_at": figures_at}
    begun = datetime.now(UTC).astimezone().replace(second=0, microsecond=0)

    def page(request: Request, template: str, **values: object) -> Response:
        today = f"{datetime.now(UTC).astimezone():%A, %-d %B %Y}"
        return templates.TemplateResponse(request, template, {"today": today, "here": "", **values})

    def show_front(request: Request) -> Response:
        return page(request, "front.html", articles=ARTICLES)

    def show_section(request: Request) -> Response:
        (here,) = [section for section in sections if paths[section] == request.url.path]
        return page(request, "front.html", articles=[each for each in ARTICLES if each.section == here], here=here)

    def show_article(request: Request) -> Response:
        (article,) = [each for each in ARTICLES if each.path == request.url.path]
        others = [each for each in ARTICLES if each is not article]
        published = begun - timedelta(minutes=97 * ARTICLES.index(article) + 14)
        values = {"article": article, "others": others[:4], "published": published, "here": article.section}
        return page(request, "article.html", **values)

    def show_try(request: Request) -> Response:
        return page(request, "try.html")

    def show_support(request: Request) -> Response:
        paragraphs = [
            "Some readers would rather pay than see ads. Here a newspaper would tell them how: a subscription, a"
            " membership, a single gift.",
            "This one is a demo. There is nothing to buy, but thank you for looking.",
        ]
        return page(request, "plain.html", title="Support The Daily Example", paragraphs=paragraphs)

    routes = [
        Route("/", show_front),
        *(Route(article.path, show_article) for article in ARTICLES),
        *(Route(path, show_section) for path in paths.values()),
        Route("/support", show_support),
        Route("/try", show_try),
        Mount("/static", StaticFiles(directory=HERE / "static")),
        Mount("/adserve", StaticFiles(directory=HERE / "adserve")),
    ]
    return Starlette(routes=routes)


def main() -> int:
    """Serves the demo until it is interrupted; returns the exit status."""
    asked = parse_arguments()
    try:
        listener = listen(asked.port)
    except OSError as error:
        why = os.strerror(error.errno or 0)
        print(f"Port {asked.port or FIRST_PORT} can't be used: {why}. Try: --port N", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="adnotice-demo-") as folder:
        settings: Keywords = {
            "site_name": "The Daily Example",
            "site": "the daily example",
            "mode": "ask",
            "expose_verdict": True,  # for the panel at the end of each article
            "ask_on_first_page": True,  # so that the demo shows the notice at once; the default is more patient
            "support_links": {"Support us": "/support"},
            "responsible": "The Daily Example, 1 Example Street",
            "contact": "readers@daily.example",
            "dashboard_password_hash": hash_password(PASSWORD),
            "store_url": f"sqlite:///{Path(folder) / 'demo.db'}",
        }
        if asked.sample:
            store = open_store(str(settings["store_url"]))
            write_sample(store, ["/", *(article.path for article in ARTICLES[:6])], time.time())
            store.close()

        newspaper = make_newspaper(SAMPLE_AT if asked.sample else FIGURES_AT)
        app = AdNoticeMiddleware(newspaper, Settings.of(secret_key=new_secret(), **settings))

        tell(listener.getsockname()[1], sample=asked.sample)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2))
        server.run(sockets=[listener])
    return 0


def parse_arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description="A small newspaper behind adnotice, on this machine only.")
    parser.add_argument("--port", type=int, help=f"where to listen; else the first free one from {FIRST_PORT}")
    parser.add_argument(
        "--no-sample", dest="sample", action="store_false", help="start with an empty dashboard, without sample figures"
    )
    asked = parser.parse_args()
    if asked.port is not None and not 0 < asked.port < 65536:
        parser.error(f"--port must be from 1 to 65535, got {asked.port}")
    return asked


def listen(port: int | None) -> socket.socket:
    """A socket on this port of the loopback interface; without one, on the first free port. Raises `OSError`."""
    for candidate in [port] if port is not None else range(FIRST_PORT, LAST_PORT):
        try:
            return socket.create_server(("127.0.0.1", candidate), backlog=128)
        except OSError:
            if port is not None:
                raise
    return socket.create_server(("127.0.0.1", 0), backlog=128)


def list_places() -> list[tuple[str, str]]:
    """The articles whose templates mark a place for the notice, each with what to say of it."""
    said = {"end": "At an article's end", "ad": "In an ad's empty box", "own": "In words of its own"}
    return [(said[article.place], article.path) for article in ARTICLES if article.place]


def tell(port: int, *, sample: bool) -> None:
    """Says what there is to see, and where."""
    home = f"http://127.0.0.1:{port}"
    dashboard = home + FIGURES_AT
    article = home + SHOWN_AT
    lines = [
        "",
        "  The Daily Example, a demo of adnotice",
        "",
        "  Try first, in this order (every page has the same three at its top):",
        "",
        f"  1 See the notice         {article}#adnotice=preview",
        "                           (no blocker needed: it is labelled and counts nothing)",
        *(f"  {said:<24} {home}{path}#adnotice=preview" for said, path in list_places()),
        f"  2 Switch a blocker on    {home}/try",
        f"  3 See the figures        {home}{SAMPLE_AT if sample else FIGURES_AT}",
        f"                           Password: {PASSWORD}",
        "",
        f"  Read the newspaper       {home}/",
        f"  See what was found       {article}#adnotice=why",
        "                           (then open the browser's console: verdict, ground, why asked or not)",
        f"  What readers are told    {home}/_adnotice/about",
        f"  The dashboard            {dashboard}?site=the+daily+example",
    ]
    if sample:
        lines += [f"  with sample figures      {home}{SAMPLE_AT}", f"                           ({LABEL})"]
    lines += [
        "",
        "  With an ad blocker switched on, open any article: the notice comes within seconds. Here it comes on the",
        "  first page already (ask_on_first_page); by default it waits for the second.",
        "",
        "  Ctrl+C ends it. Its counts are in a temporary file and go with it.",
        "",
    ]
    print("\n".join(lines), flush=True)


if __name__ == "__main__":
    sys.exit(main())
