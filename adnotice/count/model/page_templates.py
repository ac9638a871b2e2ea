"""Pages that are counted together: the templates of the operator's routes, in Starlette's own notation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from starlette.routing import compile_path

MAX_KNOWN_PATHS: Final = 4_096


class RoutePatterns:
    """Names the page that a path belongs to: the first template that fits it whole, else the path itself."""

    def __init__(self, templates: Iterable[str]) -> None:
        self._compiled = [(compile_path(template)[0], template) for template in templates]
        self.name = lru_cache(maxsize=MAX_KNOWN_PATHS)(self._find)

    def __bool__(self) -> bool:
        return bool(self._compiled)

    def _find(self, path: str) -> str:
        return next((template for fits, template in self._compiled if fits.match(path)), path)


def route_problems(templates: Iterable[str]) -> Iterator[str]:
    """Says what is wrong with these templates, each with its remedy."""
    for template in templates:
        try:
            compile_path(template)
        except (AssertionError, ValueError) as error:
            yield f"routes takes templates such as /article/{{slug}} or /archive/{{day:path}}, got {template!r}: {error}"
        else:
            if not template.startswith("/"):
                yield f"routes takes templates that begin with /, got {template!r}"
