"""Passwords: hashed, checked, bounded."""

from __future__ import annotations

import base64
import unicodedata

import pytest

from adnotice.insight.access.passwords import BadHash, check_password, hash_password, parse_hash
from adnotice.insight.settings import InsightSettings

CHEAP = {"n": 16, "r": 1, "p": 1}


def test_the_default_cost_is_the_one_that_owasp_names() -> None:
    hashed = hash_password("read all about it")
    assert hashed.startswith("scrypt$16384$8$5$")
    assert check_password("read all about it", hashed)


def test_a_hash_is_salted_and_only_its_password_fits() -> None:
    one, two = hash_password("read all about it", **CHEAP), hash_password("read all about it", **CHEAP)
    assert one != two
    assert check_password("read all about it", two)
    assert not check_password("read all about It", one)
    assert not check_password("", one)


def test_the_test_vector_of_rfc_7914_is_met() -> None:
    digest = bytes.fromhex(
        "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
        "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"
    )
    salt, hashed = (base64.urlsafe_b64encode(raw).decode().rstrip("=") for raw in (b"SodiumChloride", digest))
    assert check_password("pleaseletmein", f"scrypt$16384$8$1${salt}${hashed}")
    assert not check_password("pleaseletmeout", f"scrypt$16384$8$1${salt}${hashed}")


def test_two_keyboards_that_compose_a_letter_differently_mean_the_same_password() -> None:
    password = "Zeitungsb\u00f6rse"
    assert check_password(unicodedata.normalize("NFD", password), hash_password(password, **CHEAP))


@pytest.mark.parametrize("length", [0, 7, 129])
def test_a_password_that_is_too_short_or_too_long_is_not_hashed(length: int) -> None:
    with pytest.raises(ValueError, match=f"8 to 128 characters, got {length}"):
        hash_password("x" * length)


def test_128_characters_are_taken_whole() -> None:
    hashed = hash_password("x" * 127 + "y", **CHEAP)
    assert check_password("x" * 127 + "y", hashed)
    assert not check_password("x" * 128, hashed)
    assert not check_password("x" * 127 + "yy", hashed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "scrypt$",
        "bcrypt$16$1$1$c2FsdA$aGFzaA",
        "scrypt$15$1$1$c2FsdA$aGFzaA",
        "scrypt$1$1$1$c2FsdA$aGFzaA",
        "scrypt$16$0$1$c2FsdA$aGFzaA",
        "scrypt$16$1$1$$aGFzaA",
        "scrypt$16$1$1$c2FsdA$",
        "scrypt$16$1$1$c2F*dA$aGFzaA",
        "scrypt$1073741824$8$1$c2FsdA$aGFzaA",
        "scrypt$16$1$1$c2FsdA$aGFzaA$more",
    ],
)
def test_what_is_no_hash_of_ours_is_refused_when_the_settings_are_read(text: str) -> None:
    with pytest.raises(BadHash):
        parse_hash(text)
    if text:
        (problem,) = InsightSettings(dashboard_password_hash=text).problems()
        assert "adnotice hash-password" in problem


def test_a_weak_or_unsendable_metrics_token_is_refused() -> None:
    assert "got 5" in next(InsightSettings(metrics_token="short").problems())
    assert "ASCII" in next(InsightSettings(metrics_token="müde" * 8).problems())
    assert list(InsightSettings(metrics_token="x" * 16).problems()) == []
