"""What is wrong with the places that a page marks for the notice, and with the newsroom's own words for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final

from adnotice.doctor.observations import PageSeen, Seen, cut
from adnotice.finding import Finding, Weight

SLOTS: Final = ("ad", "end")
OWN_WORDS: Final = "blocked"
GUARD: Final = "[data-adnotice-show][hidden] { display: none !important; }"
"""The line that keeps a newsroom's own words hidden whatever other rules say; docs/notice.md gives it."""

_VOID: Final = frozenset(
    "area base br col embed hr img input link meta param source track wbr".split()  # HTML, 13.1.2: no end tag
)
_AD_WORDS: Final = re.compile(
    r"ads?|adv|advert\w*|adsense|ad(?:block|box|slot|unit|space|zone|container|wrapper|content|holder|banner|label|area)\w*"
    r"|banners?|bnr|billboard|leaderboard|skyscraper|sponsor\w*|promo|mpu|dfp|gpt|googleads?|taboola|outbrain"
)
"""Words in ids and classes that generic rules of filter lists hide: nearly all of EasyList's hold one of them."""

_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE: Final = re.compile(r"([^{};]+)\{([^{}]*)\}")
_DISPLAY: Final = re.compile(r"(?:^|;)\s*display\s*:\s*([\w-]+)\s*(!\s*important)?", re.IGNORECASE)
_SIMPLE: Final = re.compile(r"([.#]?)([\w-]+)|\[\s*([\w-]+)\s*(?:[~|^$*]?=\s*[\"']?([^\"'\]]*)[\"']?\s*)?\]|(\*)|(:.*)")


@dataclass(frozen=True)
class Element:
    """An opening tag: its name and attributes."""

    tag: str
    attributes: dict[str, str]

    @property
    def names(self) -> tuple[str, ...]:
        """Its classes and its id."""
        own = self.attributes.get("id", "")
        return (*self.attributes.get("class", "").split(), *([own] if own else []))


@dataclass(frozen=True)
class Mark:
    """A marked element with what it stands in, the outermost first."""

    element: Element
    within: tuple[Element, ...]


class MarkParser(HTMLParser):
    """Collects a page's marks, the rules of its own style elements, and where its style sheets are."""

    def __init__(self) -> None:
        super().__init__()
        self.marks: list[Mark] = []
        self.rules: list[str] = []
        self.sheets: list[str] = []
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Takes note of a mark or a style sheet."""
        element = Element(tag, {name: value or "" for name, value in attrs})
        if "data-adnotice-slot" in element.attributes or "data-adnotice-show" in element.attributes:
            self.marks.append(Mark(element, tuple(self._open)))
        if tag == "link" and "stylesheet" in element.attributes.get("rel", "").lower().split():
            self.sheets.append(element.attributes.get("href", ""))
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        """Closes the innermost element of this name, with what was left open in it."""
        for at in range(len(self._open) - 1, -1, -1):
            if self._open[at].tag == tag:
                del self._open[at:]
                return

    def handle_data(self, data: str) -> None:
        """Takes the rules of a style element."""
        if self._open and self._open[-1].tag == "style":
            self.rules.append(data)


def read_marks(body: bytes) -> MarkParser:
    """The marks of a page."""
    parser = MarkParser()
    parser.feed(body.decode("utf-8", "replace"))
    return parser


def sheets_of(body: bytes) -> list[str]:
    """The style sheets that decide whether a page's own words stay hidden; none where it has no such words."""
    read = read_marks(body)
    return read.sheets if any("data-adnotice-show" in mark.element.attributes for mark in read.marks) else []


def judge_marks(page: PageSeen, sheets: Iterable[Seen]) -> Iterator[Finding]:
    """What is wrong with this page's marks; `sheets` are the style sheets that it names."""
    read = read_marks(page.packed.body)
    rules = [*read.rules, *(sheet.body.decode("utf-8", "replace") for sheet in sheets)]
    for mark in read.marks:
        yield from _judge_value(page, mark.element)
        yield from _judge_names(page, mark)
        if "data-adnotice-show" in mark.element.attributes:
            yield from _judge_own_words(page, mark, "\n".join(rules))


def has_ad_word(name: str) -> bool:
    """Whether lists are likely to hide what has this id or class."""
    return any(_AD_WORDS.fullmatch(word.lower()) for word in _WORD.findall(name))


def _judge_value(page: PageSeen, element: Element) -> Iterator[Finding]:
    for name, known in (("data-adnotice-slot", SLOTS), ("data-adnotice-show", (OWN_WORDS,))):
        if name in element.attributes and element.attributes[name] not in known:
            yield Finding(
                weight=Weight.WRONG,
                about=page.path,
                found=f"the mark {name} has a value that adnotice does not know, so nothing is shown there",
                came=f'{name}="{cut(element.attributes[name], 40)}"',
                do="Write one of: " + ", ".join(f'{name}="{each}"' for each in known),
            )


def _judge_names(page: PageSeen, mark: Mark) -> Iterator[Finding]:
    hidden = [name for element in (*mark.within, mark.element) for name in element.names if has_ad_word(name)]
    if hidden:
        yield Finding(
            weight=Weight.LOOK,
            about=page.path,
            found="filter lists hide elements with such names, and the notice with them: readers with a blocker would not see it",
            came=f"{cut(', '.join(dict.fromkeys(hidden)))} at {cut(_write(mark.element), 80)}, or around it",
            do="Mark an element, in elements, whose ids and classes do not speak of ads, such as class=note",
        )


def _judge_own_words(page: PageSeen, mark: Mark, rules: str) -> Iterator[Finding]:
    element = mark.element
    if "hidden" not in element.attributes:
        yield Finding(
            weight=Weight.WRONG,
            about=page.path,
            found="the words for readers who block ads are shown to everyone",
            came=cut(_write(element), 80),
            do="Give the element the attribute hidden: adnotice takes it away where ads are blocked",
        )
    elif shown := find_display(mark, rules):
        yield Finding(
            weight=Weight.WRONG,
            about=page.path,
            found="the words for readers who block ads are shown to everyone: a rule gives them a display, in spite of hidden",
            came=cut(shown),
            do=f"Add this line to your style sheet: {GUARD}",
        )


def find_display(mark: Mark, rules: str) -> str:
    """The rule that shows an element although it has the attribute hidden; empty where there is none, or one that forbids
    it."""
    given = [("style", mark.element.attributes.get("style", ""))]
    given += [
        (selector.strip(), block)
        for selectors, block in _RULE.findall(_COMMENT.sub("", rules))
        for selector in selectors.split(",")
        if _matches(selector.strip(), mark)
    ]
    shown = forbidden = ""
    for selector, block in given:
        for display, important in _DISPLAY.findall(block):
            if display.lower() != "none":
                shown = f"{selector} {{ display: {display} }}"
            elif important:
                forbidden = selector
    return "" if forbidden else shown


def _matches(selector: str, mark: Mark) -> bool:
    """Whether a selector means this element; siblings are taken for ancestors, states for untrue."""
    *around, last = re.split(r"\s*[\s>+~]\s*", selector) if selector else [""]
    if not last or not _is(last, mark.element):
        return False
    ancestors = list(mark.within)
    for compound in reversed(around):
        while ancestors and not _is(compound, ancestors[-1]):
            ancestors.pop()
        if not ancestors:
            return False
        ancestors.pop()
    return True


def _is(compound: str, element: Element) -> bool:
    for kind, name, attribute, value, everything, state in _SIMPLE.findall(compound):
        if state:
            return state.lower() == ":root" and element.tag == "html"
        if everything:
            continue
        if attribute:
            if attribute not in element.attributes or (value and element.attributes[attribute] != value):
                return False
        elif kind == ".":
            if name not in element.attributes.get("class", "").split():
                return False
        elif (element.attributes.get("id") if kind == "#" else element.tag) != name:
            return False
    return True


def _write(element: Element) -> str:
    given = "".join(f' {name}="{value}"' if value else f" {name}" for name, value in element.attributes.items())
    return f"<{element.tag}{given}>"
