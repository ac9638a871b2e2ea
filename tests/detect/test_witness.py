"""Witnesses prove arrival: of this address, for this view, minutes ago, and nothing else."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adnotice.detect.witness import IMAGE_WINDOW_SECONDS, Age, Witnesses, probe_of
from adnotice.keys import CLOCK_TOLERANCE_SECONDS, Keys
from tests.conftest import SECRET

NEW_SECRET = SECRET[::-1]
ADDRESS = "adverts/adserve/0123456789abcdef-0.js"
PICTURE = "pix/ads/images/0123456789abcdef-0.gif"
NOON = 1_900_000_000


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = float(NOON)

    def __call__(self) -> float:
        return self.now


def size_of(picture: bytes) -> str:
    return "{}x{}".format(*struct.unpack_from("<HH", picture, 6))


def test_a_token_proves_its_own_address_alone() -> None:
    witnesses = Witnesses(Keys(SECRET), 10)
    token = witnesses.sign(ADDRESS)
    assert witnesses.check(ADDRESS, token) == int(token.partition(".")[0], 16)
    assert witnesses.check(ADDRESS.replace("-0", "-1"), token) is Age.FORGED
    assert witnesses.check(ADDRESS.replace("adverts/adserve", "check"), token) is Age.FORGED
    assert Witnesses(Keys(NEW_SECRET), 10).check(ADDRESS, token) is Age.FORGED


@pytest.mark.parametrize(
    ("age_seconds", "fault"),
    [
        (0, None),
        (600, None),
        (600 + CLOCK_TOLERANCE_SECONDS, None),
        (601 + CLOCK_TOLERANCE_SECONDS, Age.EXPIRED),
        (-2, None),
        (-CLOCK_TOLERANCE_SECONDS, None),
        (-CLOCK_TOLERANCE_SECONDS - 1, Age.FUTURE),
    ],
)
def test_a_token_is_good_for_its_minutes_give_or_take_two(age_seconds: int, fault: Age | None) -> None:
    clock = Clock()
    witnesses = Witnesses(Keys(SECRET), 10, clock)
    token = witnesses.sign(ADDRESS)
    made = int(clock.now)
    clock.now += age_seconds
    assert witnesses.check(ADDRESS, token) == (fault or made)


@given(st.text(max_size=80))
def test_no_text_is_taken_for_a_token(text: str) -> None:
    assert Witnesses(Keys(SECRET), 10).check(ADDRESS, text) is Age.FORGED


@given(st.integers(0, 16**8 - 1), st.integers(0, 31), st.sampled_from("-éAb0"))
def test_a_token_changed_anywhere_is_forged(made: int, place: int, letter: str) -> None:
    witnesses = Witnesses(Keys(SECRET), 10, Clock())
    token = witnesses.sign(ADDRESS)
    stamp, signature = token.split(".")
    if f"{made:x}" != stamp:
        assert witnesses.check(ADDRESS, f"{made:x}.{signature}") is Age.FORGED
    changed = signature[:place] + letter + signature[place + 1 :]
    if changed != signature:
        assert witnesses.check(ADDRESS, f"{stamp}.{changed}") is Age.FORGED


def test_secrets_rotate_without_losing_a_witness() -> None:
    old, both = Witnesses(Keys(SECRET), 10), Witnesses(Keys([SECRET, NEW_SECRET]), 10)
    assert isinstance(both.check(ADDRESS, old.sign(ADDRESS)), int)
    assert both.find_window(PICTURE, size_of(old.image(PICTURE))) is not None
    assert old.check(ADDRESS, both.sign(ADDRESS)) is Age.FORGED


def test_a_picture_is_a_small_gif_whose_size_is_its_witness() -> None:
    clock = Clock()
    witnesses = Witnesses(Keys(SECRET), 10, clock)
    picture = witnesses.image(PICTURE)
    assert picture.startswith(b"GIF89a")
    assert picture.endswith(b"\x3b")
    assert len(picture) < 50
    window = witnesses.find_window(PICTURE, size_of(picture))
    assert window is not None
    assert window <= NOON < window + IMAGE_WINDOW_SECONDS


@pytest.mark.parametrize("stand_in", ["1x1", "2x2", "3x2", "32x32", "0x0", "10x10", "99999x99999", "x", "16x"])
def test_a_blockers_own_picture_proves_nothing(stand_in: str) -> None:
    clock = Clock()
    witnesses = Witnesses(Keys(SECRET), 10, clock)
    own = {size_of(witnesses.image(f"pix/ads/images/{number:016x}-0.gif")) for number in range(200)}
    assert stand_in == "32x32" or stand_in not in own
    assert witnesses.find_window(PICTURE, stand_in) is None


def test_a_picture_proves_its_own_view_and_minutes_alone() -> None:
    clock = Clock()
    witnesses = Witnesses(Keys(SECRET), 10, clock)
    proved = 0
    for number in range(300):
        size = size_of(witnesses.image(PICTURE))
        proved += witnesses.find_window(f"pix/ads/images/{number:016x}-0.gif", size) is not None
    assert proved <= 1
    size = size_of(witnesses.image(PICTURE))
    clock.now += 600 + CLOCK_TOLERANCE_SECONDS
    assert witnesses.find_window(PICTURE, size) is not None
    clock.now += 2 * IMAGE_WINDOW_SECONDS
    assert witnesses.find_window(PICTURE, size) is None


def test_an_id_is_remembered_for_as_long_as_any_server_takes_its_witness() -> None:
    clock = Clock()
    witnesses = Witnesses(Keys(SECRET), 10, clock)
    token, size = witnesses.sign(ADDRESS), size_of(witnesses.image(PICTURE))
    window = witnesses.find_window(PICTURE, size)
    assert window is not None
    for made in (NOON, window):
        # A server whose clock is slow by the tolerance takes it longest.
        clock.now = witnesses.expiry(made) - CLOCK_TOLERANCE_SECONDS
        assert witnesses.find_window(PICTURE, size) is None or made != window
        clock.now += 1
        assert witnesses.check(ADDRESS, token) is Age.EXPIRED


@given(st.integers(0, 2**128 - 1))
def test_the_probe_number_is_half_of_a_product_and_has_sixteen_digits(number: int) -> None:
    view = f"{number:032x}"
    assert len(probe_of(view)) == 16
    assert probe_of(view) not in view or number == 0
    assert int(probe_of(view), 16) == (number * 0xD1B54A32D192ED039E3779B97F4A7C15 % 2**128) >> 64
