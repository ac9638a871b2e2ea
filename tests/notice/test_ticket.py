"""Tickets: signed by us, for one view of one site, for half a day."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adnotice.keys import CLOCK_TOLERANCE_SECONDS, Keys
from adnotice.notice.ticket import LIFETIME_SECONDS, Fault, Ticket, Tickets
from tests.conftest import SECRET

OTHER_SECRET = "aN0ther-s3cret-of-thirty-two-characters"
NOW = 1_795_000_000.0
VIEW = "0123456789abcdef0123456789abcdef"


def test_a_ticket_names_its_view_and_when_it_ends() -> None:
    tickets = Tickets(Keys(SECRET))
    written = tickets.write(VIEW, "default", NOW)
    assert tickets.read(written, "default", NOW) == Ticket(VIEW, NOW + LIFETIME_SECONDS + CLOCK_TOLERANCE_SECONDS)


def test_the_end_is_the_same_whenever_the_ticket_is_read() -> None:
    tickets = Tickets(Keys(SECRET))
    written = tickets.write(VIEW, "default", NOW)
    assert tickets.read(written, "default", NOW + 5000) == tickets.read(written, "default", NOW)


@pytest.mark.parametrize(
    ("age", "valid"),
    [
        (-CLOCK_TOLERANCE_SECONDS - 1, False),
        (-CLOCK_TOLERANCE_SECONDS, True),
        (0, True),
        (LIFETIME_SECONDS, True),
        (LIFETIME_SECONDS + 1, False),
    ],
)
def test_a_ticket_is_valid_for_twelve_hours_and_for_clocks_two_minutes_apart(age: float, valid: bool) -> None:
    tickets = Tickets(Keys(SECRET))
    written = tickets.write(VIEW, "default", NOW)
    found = tickets.read(written, "default", NOW + age)
    assert (found is not Fault.EXPIRED) is valid
    assert isinstance(found, Ticket) is valid


def test_a_ticket_of_another_site_or_another_secret_is_not_ours() -> None:
    written = Tickets(Keys(SECRET)).write(VIEW, "default", NOW)
    assert Tickets(Keys(SECRET)).read(written, "other", NOW) is Fault.FORGED
    assert Tickets(Keys(OTHER_SECRET)).read(written, "default", NOW) is Fault.FORGED


def test_a_ticket_outlives_the_rotation_of_secrets() -> None:
    written = Tickets(Keys(SECRET)).write(VIEW, "default", NOW)
    assert isinstance(Tickets(Keys([SECRET, OTHER_SECRET])).read(written, "default", NOW), Ticket)


def test_no_changed_character_goes_unnoticed() -> None:
    tickets = Tickets(Keys(SECRET))
    written = tickets.write(VIEW, "default", NOW)
    for place, character in enumerate(written):
        changed = written[:place] + ("0" if character != "0" else "1") + written[place + 1 :]
        # the last character of the signature carries two bits that mean nothing
        if place < len(written) - 1:
            assert tickets.read(changed, "default", NOW) is Fault.FORGED


@given(st.text(max_size=300))
def test_no_text_whatever_breaks_the_reading(text: str) -> None:
    assert Tickets(Keys(SECRET)).read(text, "default", NOW) is Fault.FORGED
