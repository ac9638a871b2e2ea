"""A page's name: what may lead to a person is masked, ordinary addresses of articles stay."""

from __future__ import annotations

import base64
import json
import secrets
import string
import time
import uuid
from urllib.parse import quote, unquote

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adnotice.detect.report import MAX_PATH_CHARACTERS, decode_report
from adnotice.masking import MASKED
from adnotice.page import MAX_PAGE_CHARACTERS, OTHER, name_location, name_page

LETTERS = string.ascii_lowercase + string.digits
WORDS = ("reset", "token", "verify", "confirm", "invite", "unsubscribe")
COMPOUNDS = (
    *WORDS,
    "password-reset",
    "reset_password",
    "resetPassword",
    "verify-email",
    "email-verification",
    "confirm_account",
    "account.confirmation",
    "invitation",
    "invites",
    "unsubscribed",
    "newsletter-unsubscribe",
    "verify.php",
    "activate",
    "magic-link",
)

segments = st.text(LETTERS + "-", min_size=1, max_size=8).filter(
    lambda text: not any(word in text for word in (*WORDS, "verif", "activat"))
)
folders = st.lists(segments, max_size=4)


def in_some_case(word: str) -> st.SearchStrategy[str]:
    return st.tuples(*(st.sampled_from((c.lower(), c.upper())) for c in word)).map("".join)


def percent(text: str) -> str:
    """Every character encoded."""
    return "".join(f"%{byte:02x}" for byte in text.encode())


encodings = st.sampled_from(
    (str, quote, percent, lambda text: quote(quote(text, safe=""), safe=""), lambda text: quote(percent(text)))
)


def make_jwt(claims: dict[str, str], *, spaced: bool) -> str:
    separators = (", ", ": ") if spaced else (",", ":")
    parts = [
        json.dumps(part, separators=separators, indent=0 if spaced else None) for part in ({"alg": "HS256"}, claims)
    ]
    return ".".join([*(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts), "c2lnbmF0dXJl"])


emails = st.builds(
    "{}@{}.{}".format,
    st.text(string.ascii_letters + string.digits + "._+-", min_size=4, max_size=12).map(lambda name: f"canary{name}x"),
    st.text(LETTERS + "ü", min_size=1, max_size=10),
    st.sampled_from(("example", "de", "co.uk", "museum", "中国", "EXAMPLE")),
)


def kept(path: str) -> list[str]:
    """What is kept of a path, as a server and as a browser tell it, and what can be had from that by decoding."""
    names = [name_page(path), name_page(unquote(path)), name_location(path), name_location(quote(path))]
    return [each for name in names for each in (name, unquote(name), unquote(unquote(name)))]


@given(
    before=folders,
    after=folders,
    email=emails,
    encode=encodings,
    around=st.sampled_from(("{}", "mailto:{}", "to={}", "{}.html")),
)
@settings(max_examples=150, deadline=None)
def test_an_email_address_is_masked_wherever_it_stands(
    before: list[str], after: list[str], email: str, encode: object, around: str
) -> None:
    path = "/" + "/".join([*before, encode(around.format(email)), *after])  # type: ignore[operator]
    if len(path) <= MAX_PAGE_CHARACTERS // 3:
        assert not [name for name in kept(path) if "canary" in name.lower()]
        assert MASKED in name_page(path)


@given(
    before=folders,
    after=folders,
    encode=encodings,
    spaced=st.booleans(),
    prefix=st.sampled_from(("", "jwt=", "t:", "~")),
)
@settings(max_examples=200, deadline=None)
def test_a_json_web_token_is_masked_wherever_it_stands(
    before: list[str], after: list[str], encode: object, spaced: bool, prefix: str
) -> None:
    token = make_jwt({"sub": "canary"}, spaced=spaced)
    path = "/" + "/".join([*before, encode(prefix + token), *after])  # type: ignore[operator]
    for name in kept(path):
        assert not any(part in name for part in token.split(".")[:2])


@given(
    before=folders,
    data=st.data(),
    word=st.sampled_from(COMPOUNDS),
    encode=encodings,
    slash=st.sampled_from(("/", "%2f", "%252F", "//", "=", ":")),
    middle=st.sampled_from(("", "MQ/", "user/17/")),
)
@settings(max_examples=200, deadline=None)
def test_what_follows_such_a_word_is_masked_however_it_is_written(
    before: list[str], data: st.DataObject, word: str, encode: object, slash: str, middle: str
) -> None:
    written = data.draw(in_some_case(word))
    if slash in "=:" and word.endswith(".php"):
        slash = "/"
    secret = "canary" + data.draw(st.text(LETTERS, max_size=12))
    path = "/" + "/".join([*before, encode(written) + slash + middle + secret])  # type: ignore[operator]
    assert not [name for name in kept(path) if "canary" in name]


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("between", ["-", "_", ".", "~"])
def test_a_token_right_behind_the_word_is_masked(word: str, between: str) -> None:
    for secret in (secrets.token_hex(16), str(uuid.uuid4()), "839201", "a1b2c3d4e5"):
        assert secret not in name_page(f"/account/{word}{between}{secret}")
        assert secret not in name_page(f"/account/{word}{between}{secret}/done")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/reset",
        "/news/verify/",
        "/news/password-reset-guide",
        "/token-economy",
        "/token-economy/part-2",
        "/news/2026/11/29/how-to-verify-a-photo",
        "/politics/confirmed-cases-rise-in-2026",
        "/culture/invitation-to-the-dance-2-1234567",
        "/tokens-explained-550e8400-e29b-41d4-a716-446655440000",
        "/the-token-economy-9ad2f5bc1e12",
        "/confirm-or-deny/29-11-2026",
        "/article/550e8400-e29b-41d4-a716-446655440000",
        "/article/1234567890123",
        "/a/2026-11-29/slug-of-words",
        "/@columnist/why-we-unsubscribe-from-news",
        "/npm/react@18.2.0/index",
        "/größe/日本語",
        "/100%-renewable",
        "/a=b/c",
        "/eyewitness/ewe-and-lamb",
        "/sport/reset-in-the-league",
        "/activists-and-the-city",
        "/invitees/list",
    ],
)
def test_ordinary_addresses_stay_as_they_are(path: str) -> None:
    assert name_page(path) == path
    assert name_location(quote(path, safe="/@=%")) == path or "%" in path


@given(
    parts=st.lists(
        st.one_of(segments, st.uuids().map(str), st.integers(0, 10**12).map(str), st.dates().map(str)), max_size=6
    )
)
def test_numbers_dates_uuids_and_slugs_stay(parts: list[str]) -> None:
    path = "/" + "/".join(parts)
    if len(path) <= MAX_PAGE_CHARACTERS:
        assert name_page(path) == path


def test_what_stands_before_and_an_emails_followers_stay() -> None:
    assert name_page("/news/reset/abc/def") == f"/news/reset/{MASKED}"
    assert name_page("/u/anna@mail.example/posts") == f"/u/{MASKED}/posts"
    assert name_page("/a;jsessionid=1A2B3C/b") == f"/a;jsessionid={MASKED}/b"


def test_a_browser_and_a_server_tell_the_same_page() -> None:
    for page in ("/größe", "/a b", "/日本語/😀", "/100%25", "/a%2Fb"):
        assert name_location(quote(page)) == name_page(page)


@given(st.text(max_size=300))
def test_any_text_becomes_a_name_that_can_be_shown(text: str) -> None:
    for path in (text, "/" + text, "/reset/" + text, "/a@" + text):
        name = name_page(path)
        assert name == OTHER or (
            name.startswith("/") and name.isprintable() and len(name) <= MAX_PAGE_CHARACTERS + len(MASKED)
        )


@pytest.mark.parametrize(
    "piece", ["reset", "signin", "e-mail-", "opt-in", "a@", "eyJ", "=%", "token=", "%25", "resets.", "ew."]
)
def test_no_address_takes_long(piece: str) -> None:
    path = ("/" + piece * 200)[:MAX_PAGE_CHARACTERS]
    began = time.process_time()
    name_page(path)
    assert time.process_time() - began < 0.02


@pytest.mark.parametrize("letter", "aяก字𐌀")
def test_the_longest_path_that_can_be_named_fits_in_whatever_alphabet(letter: str) -> None:
    path = "/" + letter * (MAX_PAGE_CHARACTERS - 1)
    told = quote(path)
    report = decode_report(msgspec.json.encode({"id": "0" * 32, "page": told}))
    assert name_location(report.page) == path
    longer = quote(path + letter * 10_000)[:MAX_PATH_CHARACTERS]
    assert name_location(decode_report(msgspec.json.encode({"id": "0" * 32, "page": longer})).page) == OTHER
