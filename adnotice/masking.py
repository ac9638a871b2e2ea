"""Paths in which a person may stand: what looks like one, or like a key that was mailed to one, is masked.

By shape alone: e-mail addresses, JSON Web Tokens (RFC 7519), and what follows words such as reset, token, verify,
confirm, invite and unsubscribe, however it is encoded. Numbers, dates, UUIDs and slugs are ordinary addresses of
articles and stay, slugs that hold such a word too.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

MASKED: Final = "(masked)"
MAX_DECODINGS: Final = 4
"""A path that is encoded more often than this is masked as a whole."""

_WORDS: Final = (
    "resetting|resets?|tokens?|verifications?|verified|verify|confirmations?|confirmed|confirm|invitations?|invited|"
    "invites?|unsubscription|unsubscribed?|unsub|activation|activate|magic[-_]?link|opt[-_]?(?:in|out)"
)
_COMPANIONS: Final = (
    "passwords?|passwort|passwd|pwd|pw|emails?|e[-_]?mail|mails?|accounts?|users?|members?|customers?|subscribers?|"
    "subscriptions?|newsletters?|registrations?|register|sign[-_]?(?:in|up)|login|links?|codes?|address|pages?|forms?|"
    "requests?|new|auth|access|sessions?|forgotten|forgot|change|update|set|create|complete|finish|send|join|accept|"
    "teams?|groups?|keys?|one[-_]?click|lists?|my|do|your"
)
# Possessive, so that no address makes the search try the same words in other ways (CWE-1333); longer words stand first.
_RUN: Final = re.compile(rf"(?:(?:{_WORDS}|{_COMPANIONS})[-_.~+ ]*+)++", re.IGNORECASE)
_HAS_WORD: Final = re.compile(_WORDS, re.IGNORECASE)
_ENDS_WITH_WORD: Final = re.compile(rf"(?:^|[-_.~+ ])(?:{_WORDS})$", re.IGNORECASE)
_ENDING: Final = re.compile(r"\.(?:php|html?|aspx?|jsp|cgi|do)$", re.IGNORECASE)
_EMAIL: Final = re.compile(r"[^\s@]@[^\s@]+\.[^\W\d_]{2,}")
_JWT: Final = re.compile(r"(?<![A-Za-z0-9])(?:eyJ[\w-]{10,}|e[wy][\w-]{10,}\.[\w-]{2,}\.[\w-]*)")
_UUID: Final = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_CODE: Final = re.compile(rf"{_UUID.pattern}|[0-9]{{5,}}", re.IGNORECASE)
_PAIR: Final = re.compile(r"([\w.-]+)=([^;,&=]+)")
_SESSION: Final = re.compile(
    r"(?:j|php|asp)?sess(?:ion)?[-_]?(?:id)?|sid|auth|key|code|sig|signature|e?mail|user", re.IGNORECASE
)
_MAYBE: Final = re.compile(
    r"[@@﹫%=]|(?<![A-Za-z0-9])e[wyW]|reset|token|verif|confirm|invit|unsub|activ|magic|opt-?(?:in|out)", re.IGNORECASE
)


def mask_path(path: str) -> str:
    """The path with `(masked)` in place of what may lead to a person; the same string where there is nothing."""
    if not _MAYBE.search(path):
        return path
    plain = path
    for _ in range(MAX_DECODINGS):
        decoded = unquote(plain)
        if decoded == plain:
            break
        plain = decoded
    else:
        return f"/{MASKED}"
    plain = plain.translate(_AT).partition("?")[0].partition("#")[0]
    masked = "/".join(_mask_segments(plain.split("/")))
    return path if masked == plain else masked


_AT: Final = str.maketrans({"\uff20": "@", "\ufe6b": "@"})


def _mask_segments(segments: list[str]) -> list[str]:
    kept: list[str] = []
    for place, segment in enumerate(segments):
        following = [each for each in segments[place + 1 :] if each]
        name = _ENDING.sub("", segment)
        run = _RUN.match(name)
        if run and _HAS_WORD.search(run[0]):
            tail = name[run.end() :]
            if not tail and following:
                return [*kept, segment, MASKED]
            if tail and (tail[0] in ":=;,(" or _CODE.fullmatch(tail) or _is_opaque(tail)):
                return [*kept, run[0] + MASKED]
        elif following and _ENDS_WITH_WORD.search(name) and _is_opaque(following[0]):
            return [*kept, segment, MASKED]
        kept.append(_mask_segment(segment))
    return kept


def _mask_segment(segment: str) -> str:
    if _EMAIL.search(segment) or _JWT.search(segment):
        return MASKED
    return _PAIR.sub(_mask_pair, segment) if "=" in segment else segment


def _mask_pair(pair: re.Match[str]) -> str:
    secret = _HAS_WORD.search(pair[1]) or _SESSION.fullmatch(pair[1])
    return f"{pair[1]}={MASKED}" if secret else pair[0]


def _is_opaque(text: str) -> bool:
    """Whether its first word is none: digits and letters mixed, or longer than words are. UUIDs are no secrets here."""
    first = re.split(r"[-_.~+ ]", text, maxsplit=1)[0]
    if _UUID.match(text):
        return False
    return len(first) >= 24 or (len(first) >= 8 and any(c.isdigit() for c in first) and any(c.isalpha() for c in first))
