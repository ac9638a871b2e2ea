"""Where in a stream of HTML bytes the tag goes: in the head, found from the document's first bytes alone.

A document begins with a byte order mark, white space, comments, a doctype, `<html …>`, `<head …>`, each of them
optional (HTML, 13.2.6.4 "The rules for parsing tokens in HTML content"). The tag goes right after `<head …>`, or to where
HTML implies a head. What follows is never read, so the cost does not depend on the page's size. The walk is a table of
states over bytes, made from HTML's tokenizer (13.2.5): it can stop and go on at any byte.

Decided: a document that begins with neither doctype, `<html` nor `<head` is a fragment and left alone. A frameset
document gets the tag like any other: its head may hold scripts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

from adnotice.vocabulary import Refusal

MAX_PROLOGUE_BYTES: Final = 16 * 1024
"""How far the walk looks for the head."""

MAX_KNOWN_BEGINNINGS: Final = 8

_LETTERS: Final = b"abcdefghijklmnopqrstuvwxyz"
_WHITE: Final = b"\t\n\x0c\r "

# Where the walk ends. AFTER: the tag goes after the byte just read; BEFORE + n: n bytes before that byte.
_AFTER: Final = 0
_BEFORE: Final = 1
_AMP: Final = 8
_CHARSET: Final = 9
_FRAGMENT: Final = 10
_FIRST: Final = 11

_REFUSALS: Final = {_AMP: Refusal.AMP, _CHARSET: Refusal.CHARSET, _FRAGMENT: Refusal.FRAGMENT}


class _Table:
    """The states under construction: a row of 256 next states each."""

    def __init__(self) -> None:
        self.rows = [bytearray(256) for _ in range(_FIRST)]
        self.start = self.add()
        self.late = self.add()
        self.attributes: dict[tuple[int, bool], tuple[int, int]] = {}

    def add(self, default: int | None = None) -> int:
        """A new state; every byte leads to `default`, or stays."""
        state = len(self.rows)
        self.rows.append(bytearray([state if default is None else default]) * 256)
        return state

    def lead(self, state: int, characters: bytes, target: int) -> None:
        """Makes each of these bytes lead from the state to the target, letters in both cases."""
        for byte in characters.lower() + characters.upper():
            self.rows[state][byte] = target

    def copy(self, state: int, other: int) -> None:
        """Makes the state lead where the other leads ("reconsume" in HTML's words)."""
        self.rows[state][:] = self.rows[other]


@cache
def _table() -> tuple[tuple[bytes, ...], int, int, frozenset[int]]:
    """The finished rows, the state to start in, the one for a head that was missed, and those between two tokens."""
    table = _Table()
    levels = [table.add(), table.add(), table.add()]
    for level in range(3):
        _build_level(table, levels, level)
    _build_start(table, levels[0])
    _build_late(table)
    return tuple(map(bytes, table.rows)), table.start, table.late, frozenset(levels[1:])


def _build_start(table: _Table, data: int) -> None:
    """A byte order mark is skipped when it is UTF-8's; a zero or another mark means UTF-16 or UTF-32."""
    third = table.add(_FRAGMENT)
    second = table.add(_FRAGMENT)
    table.copy(table.start, data)
    table.rows[table.start][0xEF] = second
    table.rows[second][0xBB] = third
    table.rows[third][0xBF] = data
    for byte in (0xFE, 0xFF, 0x00):
        table.rows[table.start][byte] = _CHARSET


def _build_level(table: _Table, levels: list[int], level: int) -> None:
    """One level of the prologue. 0: nothing seen yet; 1: a doctype seen; 2: `<html …>` seen."""

    def here(back: int) -> int:
        return _BEFORE + back if level else _FRAGMENT

    data = levels[level]
    opened, closed = table.add(here(1)), table.add()
    bogus = table.add()
    table.copy(data, table.add(here(0)))
    table.lead(data, _WHITE, data)
    table.lead(data, b"<", opened)
    if not level:
        table.rows[opened][0] = _CHARSET
    table.lead(bogus, b">", data)
    table.copy(closed, bogus)
    if level:
        _build_end_tag(table, closed, data, here)
    else:
        table.lead(closed, _LETTERS, _FRAGMENT)
    table.lead(opened, b"/", closed)
    table.lead(opened, b"?", bogus)
    table.lead(opened, b"!", _build_declaration(table, data, bogus, levels[max(level, 1)]))
    name = _build_name(table, opened, b"h", here)
    head = _build_name(table, name, b"ead", here, 2)
    _end_name(table, head, _AFTER, _build_attributes(table, _AFTER))
    html = _build_name(table, name, b"tml", here, 2)
    _end_name(table, html, levels[2], _build_attributes(table, levels[2], amp=True))


def _build_declaration(table: _Table, data: int, bogus: int, after_doctype: int) -> int:
    """What follows `<!`: a comment, a doctype, or what HTML calls a bogus comment."""
    bang, dash, start, start_dash = table.add(), table.add(), table.add(), table.add()
    comment, end_dash, end, end_bang = table.add(), table.add(), table.add(), table.add()
    table.copy(bang, bogus)
    table.lead(bang, b"-", dash)
    table.copy(dash, bogus)
    table.lead(dash, b"-", start)
    table.lead(comment, b"-", end_dash)
    for state, after_dash in (
        (start, start_dash),
        (start_dash, end),
        (end_dash, end),
        (end, end),
        (end_bang, end_dash),
    ):
        table.copy(state, comment)
        table.lead(state, b"-", after_dash)
    for state in (start, start_dash, end, end_bang):
        table.lead(state, b">", data)
    table.lead(end, b"!", end_bang)
    doctype = table.add()
    table.lead(doctype, b">", after_doctype)
    state = bang
    for byte in b"doctyp":
        following = table.add()
        table.copy(following, bogus)
        table.lead(state, bytes([byte]), following)
        state = following
    table.lead(state, b"e", doctype)
    return bang


def _build_name(table: _Table, state: int, letters: bytes, here: Callable[[int], int], read: int = 1) -> int:
    """The states that read these letters of a tag's name, of which `read` bytes were read before."""
    for number, letter in enumerate(letters, read + 1):
        following = table.add(here(number))
        table.lead(state, bytes([letter]), following)
        state = following
    return state


def _build_end_tag(table: _Table, closed: int, data: int, here: Callable[[int], int]) -> None:
    """An end tag before the head: only these four imply a head, any other is as if it weren't there."""
    attributes = _build_attributes(table, data)
    other = table.add()
    _end_name(table, other, data, attributes)
    table.lead(closed, _LETTERS, other)
    names: dict[bytes, int] = {b"": closed}
    for word in (b"br", b"body", b"head", b"html"):
        for size in range(1, len(word) + 1):
            if word[:size] not in names:
                names[word[:size]] = table.add()
                table.copy(names[word[:size]], other)
                table.lead(names[word[: size - 1]], word[size - 1 : size], names[word[:size]])
        table.lead(names[word], _WHITE + b"/>", here(2 + len(word)))


def _end_name(table: _Table, name: int, end: int, attributes: tuple[int, int]) -> None:
    """A tag's name ends at white space, a slash or `>`."""
    before, closing = attributes
    table.lead(name, _WHITE, before)
    table.lead(name, b"/", closing)
    table.lead(name, b">", end)


def _build_attributes(table: _Table, end: int, *, amp: bool = False) -> tuple[int, int]:
    """The states of a tag's attributes: the one before an attribute, and the one after a slash."""
    if (end, amp) in table.attributes:
        return table.attributes[end, amp]
    before, closing, name, after = table.add(), table.add(), table.add(), table.add()
    value, double, single, bare = table.add(), table.add(), table.add(), table.add()
    after_value = table.add()
    table.lead(name, _WHITE, after)
    table.lead(name, b"/", closing)
    table.lead(name, b"=", value)
    table.lead(name, b">", end)
    begins = table.add(name)
    if amp:
        _build_amp(table, begins, name)
    table.copy(before, begins)
    table.lead(before, _WHITE, before)
    table.lead(before, b"/", closing)
    table.lead(before, b">", end)
    for state in (closing, after_value):
        table.copy(state, before)
    table.copy(after, before)
    table.lead(after, _WHITE, after)
    table.lead(after, b"=", value)
    table.copy(value, table.add(bare))
    table.lead(value, _WHITE, value)
    table.lead(value, b'"', double)
    table.lead(value, b"'", single)
    table.lead(value, b">", end)
    table.lead(double, b'"', after_value)
    table.lead(single, b"'", after_value)
    table.lead(bare, _WHITE, before)
    table.lead(bare, b">", end)
    table.attributes[end, amp] = before, closing
    return before, closing


def _build_amp(table: _Table, begins: int, name: int) -> None:
    """The attributes `amp`, `amp4…`, `⚡` and `⚡4…` of `<html>`: AMP allows no script of ours."""
    for word in (b"amp", "⚡".encode()):
        state = begins
        for byte in word:
            following = table.add()
            table.copy(following, name)
            table.lead(state, bytes([byte]), following)
            state = following
        table.lead(state, _WHITE + b"/>=4", _AMP)
    # In any spelling with a variation selector (U+FE0F) behind the sign, too.
    table.rows[state][0xEF] = _AMP


def _build_late(table: _Table) -> None:
    """For a head that was implied by a `<` already sent: after `<body …>`, `<link …>` or `<meta …>` is as good."""
    table.copy(table.late, table.add(_FRAGMENT))
    for word in (b"body", b"link", b"meta"):
        name = _build_name(table, table.late, word, lambda _: _FRAGMENT)
        _end_name(table, name, _AFTER, _build_attributes(table, _AFTER))


def _walk(state: int, data: bytes) -> tuple[int, int]:
    """Goes on from the state over the data: where it ends, and at which byte (-1: beyond the data)."""
    rows = _table()[0]
    for index, byte in enumerate(data):
        if (state := rows[state][byte]) < _FIRST:
            return state, index
    return state, -1


class Scanner:
    """Looks for the place in one document that comes in pieces."""

    __slots__ = ("_read", "_state")

    def __init__(self) -> None:
        self._state = _table()[1]
        self._read = 0

    def feed(self, data: bytes, *, last: bool) -> int | Refusal | None:
        """The place counted from the beginning of this piece, or why there is none; None: not decided yet.

        The place is negative when it lies in a piece before this one.
        """
        state, index = _walk(self._state, data[: MAX_PROLOGUE_BYTES - self._read])
        self._state = state
        self._read += len(data)
        if index >= 0:
            return _place(state, index)
        if self._read >= MAX_PROLOGUE_BYTES:
            return Refusal.FRAGMENT
        if not last:
            return None
        return len(data) if state in _table()[3] else Refusal.FRAGMENT

    @staticmethod
    def find_late(data: bytes) -> int | Refusal:
        """The next good place when the first was one byte before this piece, and that byte is sent already."""
        state, index = _walk(_table()[2], data[:MAX_PROLOGUE_BYTES])
        return _place(state, index) if index >= 0 else Refusal.FRAGMENT


def _place(state: int, index: int) -> int | Refusal:
    if state == _AFTER:
        return index + 1
    return _REFUSALS[state] if state in _REFUSALS else index - (state - _BEFORE)


class Beginnings:
    """Remembers how the site's pages begin, so that the place is looked up and not searched: the same first bytes have
    the same place."""

    __slots__ = ("_known", "_most")

    def __init__(self, most: int = MAX_KNOWN_BEGINNINGS) -> None:
        self._most = most
        self._known: tuple[tuple[bytes, int | Refusal], ...] = ()

    def find(self, data: bytes) -> int | Refusal | None:
        """The place in a document that begins with this data, or why there is none; None: the data decides nothing."""
        for beginning, found in self._known:
            if data.startswith(beginning):
                return found
        state, index = _walk(_table()[1], data[:MAX_PROLOGUE_BYTES])
        if index < 0:
            return Refusal.FRAGMENT if len(data) >= MAX_PROLOGUE_BYTES else None
        place = _place(state, index)
        if self._most:
            self._known = ((data[: index + 1], place), *self._known[: self._most - 1])
        return place
