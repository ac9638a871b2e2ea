"""A small Flask site behind a2wsgi; WSGI has no websockets."""

from __future__ import annotations

from a2wsgi import WSGIMiddleware
from flask import Flask, Response, render_template
from site_parts import NEWS, STATIC, TEMPLATES, TITLE, iterate_parts, with_adnotice

flask = Flask(__name__, static_folder=str(STATIC), static_url_path="/static", template_folder=str(TEMPLATES))


@flask.get("/")
def home() -> str:
    """The front page."""
    return render_template("home.html", title=TITLE)


@flask.get("/live")
def live() -> Response:
    """A page that arrives in parts."""
    return Response(iterate_parts(), mimetype="text/html")


@flask.get("/news")
def news() -> dict[str, object]:
    """JSON."""
    return dict(NEWS)


bare = WSGIMiddleware(flask)
app = with_adnotice(bare)
