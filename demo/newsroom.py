"""What the demo newspaper prints: articles.toml, read once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
WORDS_A_MINUTE = 220


@dataclass(frozen=True, kw_only=True)
class Article:
    """One article; `text` has paragraphs between empty lines, and headings behind "## ". `place` says where the template
    marks a place for the notice: "end" after the article, "ad" in the boxes of ads, "own" for words of the newsroom's own;
    empty: nowhere."""

    path: str
    section: str
    title: str
    lead: str
    picture: str
    caption: str
    text: str
    place: str = ""
    language: str = "en"

    @property
    def direction(self) -> str:
        """Which way its language is written."""
        return "rtl" if self.language == "ar" else "ltr"

    @property
    def minutes(self) -> int:
        """How long it takes to read, at least a minute."""
        return max(1, round(len(self.text.split()) / WORDS_A_MINUTE))

    @property
    def parts(self) -> list[tuple[str, list[str]]]:
        """Headings with their paragraphs; the first part has no heading."""
        parts: list[tuple[str, list[str]]] = [("", [])]
        for block in self.text.strip().split("\n\n"):
            if block.startswith("## "):
                parts.append((block.removeprefix("## "), []))
            else:
                parts[-1][1].append(block)
        return parts


def read_articles() -> list[Article]:
    """All articles, the one that leads the front page first."""
    printed = tomllib.loads((HERE / "articles.toml").read_text(encoding="utf-8"))
    return [Article(**each) for each in printed["article"]]
