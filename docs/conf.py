"""The documentation as a site: `make docs` builds it into .cache/site, without a warning or a link that leads nowhere."""

from __future__ import annotations

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

project = "adnotice"
copyright = "the adnotice authors"  # noqa: A001 - Sphinx' name
extensions = ["myst_parser"]
html_theme = "furo"
html_title = "adnotice"
html_extra_path = ["openapi.json"]
exclude_patterns = ["generate.py"]
myst_heading_anchors = 4
nitpicky = True


def setup(app: Sphinx) -> None:
    """Pygments knows no Caddyfiles."""
    app.add_lexer("caddy", TextLexer)
