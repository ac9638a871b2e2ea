"""One secret, a key for each purpose, several secrets to rotate."""

from __future__ import annotations

import pytest
from itsdangerous import BadSignature

from adnotice.keys import MIN_SECRET_CHARACTERS, Keys, new_secret, problems
from tests.conftest import SECRET


def test_a_new_secret_is_strong_enough_and_never_the_same() -> None:
    one, other = new_secret(), new_secret()
    assert one != other
    assert len(one) >= MIN_SECRET_CHARACTERS
    assert list(problems((one, other))) == []


def test_each_purpose_and_each_secret_has_a_key_of_its_own() -> None:
    keys = Keys((SECRET, SECRET[::-1]))
    derived = [*keys.derive("witness"), *keys.derive("ticket")]
    assert len(set(derived)) == 4
    assert {len(key) for key in derived} == {32}


def test_what_one_purpose_signed_another_does_not_take() -> None:
    signed = Keys(SECRET).signer("witness").sign("view")
    with pytest.raises(BadSignature):
        Keys(SECRET).signer("ticket").unsign(signed)


def test_the_last_secret_signs_and_all_verify() -> None:
    old, new = SECRET, SECRET[::-1]
    before, during, after = Keys(old), Keys((old, new)), Keys(new)
    assert during.signer("witness").unsign(before.signer("witness").sign("view")) == b"view"
    assert after.signer("witness").unsign(during.signer("witness").sign("view")) == b"view"
    with pytest.raises(BadSignature):
        after.signer("witness").unsign(before.signer("witness").sign("view"))
