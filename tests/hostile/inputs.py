"""Requests to our own addresses with something odd in every place where something can stand; made from dice.

One request has three forms: as raw bytes for a socket, as the scope that servers make of it, and its body.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final
from urllib.parse import quote_from_bytes, unquote, unquote_to_bytes

from adnotice.detect.baits import IMAGE, SCRIPT, STYLE
from adnotice.detect.witness import Witnesses, probe_of
from adnotice.keys import Keys
from tests.conftest import SECRET

BASE: Final = "/_adnotice"
HOST: Final = b"news.example.test"
NAMES: Final = (
    *("client.js", "evidence.js", "outcome", "choice", "notice", "notice.js", "about", "about.css", "about/choice"),
    *(f"{bait.folder}0123456789abcdef-0{bait.ending}" for bait in (SCRIPT, IMAGE, STYLE)),
    *("dashboard", "dashboard/", "dashboard/health", "dashboard/login", "dashboard/logout", "dashboard/dashboard.css"),
    *("api/v1/summary", "api/v1/pages.csv", "api/v1/nothing.csv", "metrics", "", "x"),
)
POSTED: Final = ("outcome", "choice", "about/choice", "dashboard/login", "dashboard/logout")
ODD: Final = (
    *(b"\r\nA:b", b"\r", b"\n", b"\x00", b"\x01", b"\x1f", b"\x7f", b"\t", b" ", b"  x  "),
    *(b"\xff\xfe", b"\x80", b"\xed\xa0\x80", b"\xc3\xa9", "\u2028\u202e".encode(), "🦊".encode(), b"\xf4\x90\x80\x80"),
    *(b"%", b"%0", b"%zz", b"'\"<>&", b";,=", b"\\", b"../", b"//", b"?#", b"{}", b"$(x)", b"\x1b[31m"),
    *(b"A" * 300, b"A" * 3000, b"9" * 400, b"-1", b"1e999", b"NaN", b"[", b"\xe2\x82"),
)
METHODS: Final = (
    *("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "M-SEARCH"),
    *("get", "A" * 40, "B" * 4000),
)
ORIGINS: Final = (
    *(b"http://[", b"\xff", b"null", b"http://a:99999999", b"http://news.example.test:-1", b"//", b"://", b"http://"),
    *(b"http://news.example.test", b"http://user@news.example.test", b"http://[::1", b"http://]", b"http://a b", b""),
)
HEADERS: Final = (
    *(b"accept", b"accept-encoding", b"accept-language", b"authorization", b"content-type", b"cookie", b"dnt"),
    *(b"if-none-match", b"origin", b"purpose", b"range", b"referer", b"sec-fetch-site", b"sec-gpc", b"sec-purpose"),
    *(b"user-agent", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"forwarded", b"via", b"te"),
)
COOKIES: Final = (b"adnotice", b"adn", b"adn-form", b"adn-known", b"__Host-adn", b"__Host-adn-form", b"x", b"")
TYPES: Final = (
    *(b"application/json", b"text/plain", b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=x"),
    *(b"application/json; charset=utf-16", b"", b";", b"\xff", b"text/plain;" + b"a" * 900),
)


@dataclass(frozen=True, kw_only=True)
class Attack:
    """One request as an attacker writes it."""

    method: str
    target: bytes
    """Path and query as they stand in the request line: ASCII without spaces."""
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes

    def to(self, host: bytes) -> Attack:
        """The same, at another host; what names an odd one goes on doing so."""
        headers = [(name, host if (name, value) == (b"host", HOST) else value) for name, value in self.headers]
        return replace(self, headers=headers)

    def raw(self) -> bytes:
        """The bytes on the wire, whole and with a true Content-Length."""
        lines = [b"%s %s HTTP/1.1" % (self.method.encode(), self.target)]
        lines += [b"%s: %s" % pair for pair in self.headers]
        if self.body:
            lines.append(b"content-length: %d" % len(self.body))
        return b"\r\n".join([*lines, b"", self.body])

    def scope(self, **more: Any) -> dict[str, Any]:
        """The request as servers hand it on: uvicorn and its like replace what is no UTF-8, others keep surrogates."""
        path, _, query = self.target.partition(b"?")
        told = unquote(path.decode("ascii"))
        if len(path) % 2:
            told = unquote_to_bytes(path).decode("utf-8", "surrogateescape")
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": self.method,
            "scheme": "http",
            "path": told,
            "raw_path": path,
            "query_string": query,
            "root_path": "",
            "headers": list(self.headers),
            "client": ("127.0.0.1", 5000),
            "server": ("127.0.0.1", 80),
            **more,
        }


def make_attack(dice: Random, cookies: Sequence[bytes] = ()) -> Attack:
    """A request with something odd somewhere; `cookies` are true ones (name=value) that some requests carry."""
    name = dice.choice(NAMES)
    posts = name in POSTED and dice.random() < 0.8
    method = "POST" if posts else dice.choice(METHODS) if dice.random() < 0.3 else "GET"
    path = f"{BASE}/{name}".encode()
    if dice.random() < 0.3:
        at = dice.randint(len(BASE) + 1, len(path))
        path = path[:at] + odd(dice) + path[at:]
    target = quote_from_bytes(path, safe="/%;=:@\\").encode()
    if dice.random() < 0.5:
        target += b"?" + make_query(dice)
    headers = [(b"host", HOST if dice.random() < 0.9 else _in_header(odd(dice)))]
    if method == "POST":
        headers.append((b"content-type", _type_for(name) if dice.random() < 0.85 else dice.choice(TYPES)))
    if cookies and dice.random() < 0.6:
        headers.append((b"cookie", b"; ".join(cookies)))
    headers += [make_header(dice) for _ in range(dice.choice((0, 0, 1, 1, 2, 4)))]
    return Attack(
        method=method, target=target, headers=headers, body=make_body(dice, name) if method == "POST" else b""
    )


def odd(dice: Random) -> bytes:
    """Some bytes that are seldom seen."""
    if dice.random() < 0.3:
        return bytes(dice.randrange(256) for _ in range(dice.randint(1, 6)))
    return dice.choice(ODD)


def make_query(dice: Random) -> bytes:
    """A query with the names that we know, and with others."""
    names = ("site", "first", "last", "days", "next", "lang", "saved", "x", "")
    values = (b"7", b"2026-11-01", b"0001-01-01", b"9999-12-31", b"default", b"health?days=7", b"de", b"-0", b"")
    pairs = []
    for _ in range(dice.randint(1, 4)):
        value = odd(dice) if dice.random() < 0.6 else dice.choice(values)
        pairs.append(dice.choice(names).encode() + b"=" + quote_from_bytes(value, safe="").encode())
    return b"&".join(pairs)


def make_header(dice: Random) -> tuple[bytes, bytes]:
    """A header that servers let through, with a value that few browsers send."""
    name = dice.choice(HEADERS)
    if name == b"origin" and dice.random() < 0.7:
        return name, dice.choice(ORIGINS)
    if name == b"cookie":
        value = b"; ".join(
            dice.choice(COOKIES)
            + b"="
            + dice.choice((_in_header(odd(dice)), b'"\\012\\000"', b'"\\377', b"later.2026-11-01"))
            for _ in range(dice.randint(1, 3))
        )
        return name, value
    usual = (b"1", b"*", b"gzip", b"de;q=0.5", b"same-origin", b"Bearer x", b"127.0.0.1, [::1]:80, fe80::1%eth0")
    return name, _in_header(odd(dice)) if dice.random() < 0.7 else dice.choice(usual)


def make_body(dice: Random, name: str) -> bytes:
    """A body that is nearly right, or not at all."""
    if dice.random() < 0.2:
        return b"".join(odd(dice) for _ in range(dice.randint(1, 4)))
    if name not in ("outcome", "choice"):
        keys = (b"choice", b"token", b"password", b"next")
        pairs = (
            dice.choice(keys) + b"=" + quote_from_bytes(odd(dice)).encode()[:200] for _ in range(dice.randint(1, 4))
        )
        return b"&".join(pairs)[:255]
    report = true_report() if name == "outcome" else {"ticket": "a.b.c", "page": "/", "choice": "later"}
    for _ in range(dice.choice((0, 1, 1, 2))):
        key = dice.choice((*REPORTED, "ticket", "choice", "\n", "\x00", "é" * 9, "x" * 300))
        report[key] = dice.choice(VALUES) if dice.random() < 0.7 else odd(dice).decode("latin-1")
    body = json.dumps(report).encode()
    if dice.random() < 0.35:
        at = dice.randint(0, len(body))
        body = body[:at] + odd(dice) + body[at:]
    if dice.random() < 0.1:
        body = dice.choice(
            (b"[" * 1000, b'{"a":' * 400, b"1" + b"0" * 1500, b'{"id":"\xff"}', b'"\\ud800"', b'{"\\n":1}')
        )
    return body


REPORTED: Final = (
    *("id", "page", "script", "script_control", "image", "image_control", "style", "style_control", "element", "csp"),
    *(
        "probe",
        "probe_answers",
        "others",
        "filled",
        "asked_kind",
        "first",
        "asked",
        "returning",
        "lang",
        "referrer",
        "again",
    ),
)
VALUES: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, -1, 10**30, 1e308, "", "/", "\x00", "/\x00\r\n", "\u2028", "é", "\ud800", "x" * 1100),
    *(
        [],
        ["late"],
        [""],
        ["1x1"],
        ["0" * 42],
        ["\xff.\x00"],
        ["\uff16.x"],
        [[]],
        {},
        {"a": 1},
        "works",
        "hidden",
        "de-DE",
        "0" * 32,
    ),
)


def true_report() -> dict[str, Any]:
    """A report that counts."""
    view = secrets.token_hex(16)
    token = Witnesses(Keys(SECRET), 10, time.time).sign(SCRIPT.address(probe_of(view), 0))
    return {"id": view, "page": "/", "script": [token]}


def _type_for(name: str) -> bytes:
    return b"application/json" if name in ("outcome", "choice") else b"application/x-www-form-urlencoded"


def _in_header(value: bytes) -> bytes:
    """As much of it as a server takes for a header's value at all (RFC 9110, 5.5)."""
    return bytes(byte for byte in value if byte >= 32 and byte != 127).strip()


def get(path: str, *headers: tuple[bytes, bytes]) -> Attack:
    """Asks for one of our addresses."""
    return Attack(method="GET", target=f"{BASE}/{path}".encode(), headers=[(b"host", HOST), *headers], body=b"")


QUOTED: Final = [
    get("x%0d%0aA:b"),
    get("%20"),
    get("dashboard?site=%00"),
    get("api/v1/summary?site=%00"),
    get("api/v1/pages.csv?site=a%00b"),
    get("dashboard?next=" + "health%3F" + "a" * 6000),
    get("dashboard/login", (b"cookie", b'adn-form="\\012\\015"')),
    get("dashboard/login", (b"cookie", b"adn-form=" + b"a" * 4000)),
    get("client.js", (b"origin", b"http://[")),
    Attack(method="B" * 6000, target=b"/_adnotice/outcome", headers=[(b"host", HOST)], body=b""),
    *(
        Attack(
            method="POST",
            target=f"{BASE}/{name}".encode(),
            headers=[(b"host", HOST), (b"content-type", b"application/json"), *headers],
            body=body,
        )
        for name in ("outcome", "choice")
        for headers in ((), ((b"origin", b"http://["),), ((b"origin", b"\xff"),), ((b"origin", b"http://a:b"),))
        for body in (b'{"\\n":1}', b'{"id":"\xff"}', b"[" * 2000, b'{"a":' * 300, b'"\\ud800"', b"\x00")
    ),
]


def large(name: str) -> Attack:
    """A body that nginx lets through and we don't."""
    kind = b"application/json" if name in ("outcome", "choice") else b"application/x-www-form-urlencoded"
    return Attack(
        method="POST",
        target=f"{BASE}/{name}".encode(),
        headers=[(b"host", HOST), (b"content-type", kind)],
        body=b"x" * 1_000_000,
    )


LARGE: Final = [
    large(name) for name in ("outcome", "choice", "about/choice", "dashboard/login", "dashboard", "client.js", "x")
]
LARGE += [replace(attack, method="GET") for attack in LARGE]
