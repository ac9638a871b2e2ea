"""The settings of the inject room."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache

from starlette.types import Scope


@dataclass(frozen=True, kw_only=True)
class InjectSettings:
    """Which pages carry the tag."""

    include: tuple[str, ...] = ()
    """Globs of paths that carry the tag; empty: all."""

    exclude: tuple[str, ...] = ()
    """Globs of paths that don't."""

    skip: Callable[[Scope], bool] | None = None
    """The operator's own predicate: true leaves the page alone. Only for pages that are not cached."""

    def problems(self) -> Iterator[str]:
        """Says what is wrong with these settings, each with its remedy."""
        for name in ("include", "exclude"):
            for glob in getattr(self, name):
                if not glob.startswith(("/", "*")):
                    yield f"{name} takes globs of paths such as /account/*, got {glob!r}. Begin it with / or *"

    def compile(self) -> Callable[[str], bool] | None:
        """Whether a path (with root_path, without query) carries no tag; None where all carry it.

        In a glob `*` stands for any characters, slashes too.
        """
        if not (self.include or self.exclude):
            return None
        included = re.compile("|".join(map(translate, self.include or ("*",))))
        excluded = re.compile("|".join(map(translate, self.exclude)) or r"(?!)")

        @lru_cache(maxsize=4096)
        def is_excluded(path: str) -> bool:
            return included.match(path) is None or excluded.match(path) is not None

        return is_excluded
