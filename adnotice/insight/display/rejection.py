"""What a page says of a form, or of an address, that was rejected: what was wrong, what to do, and what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from adnotice.http.messages import Rejected
from adnotice.language import gettext, gettext_noop
from adnotice.vocabulary import Rejection

TYPED: Final[Mapping[str, str]] = {
    "site": gettext_noop("Site"),
    "name": gettext_noop("Name"),
    "day": gettext_noop("Day"),
    "days": gettext_noop("Days"),
    "text": gettext_noop("What happened"),
    # Translators: the head of a column, or of a value: a time.
    "until": gettext_noop("Until"),
}
"""The fields in which people type what they may want back, by the names that forms have for them. No password is one."""

MAX_TYPED: Final = 300

_BEFORE_READING: Final[Mapping[Rejection, str]] = {
    Rejection.CROSS_SITE: gettext_noop(
        "Your browser says that another site’s page sent this form. Nothing was changed. If it was you: open these pages "
        "anew, and send it from there."
    ),
    Rejection.ORIGIN: gettext_noop(
        "This form came from a page of another host than the one it was sent to. Nothing was changed. If it was you: the proxy "
        "in front does not hand the name of the host on. In nginx: `proxy_set_header Host $host;`"
    ),
    Rejection.SIZE: gettext_noop("The form holds more than adnotice takes. Nothing was changed. Send less text."),
    Rejection.DEADLINE: gettext_noop("The form did not arrive in time. Nothing was changed. Send it again."),
    Rejection.GONE: gettext_noop("The form did not arrive whole. Nothing was changed. Send it again."),
}
"""What is rejected before anything of it is read."""


class Told(NamedTuple):
    """A page about a rejection: its title and its text."""

    title: str
    text: str


def tell(rejected: Rejected) -> Told:
    """A rejection in the language that is spoken."""
    if rejected.rejection is Rejection.METHOD:
        return Told(gettext("This page can’t be asked for in this way"), gettext("Go back to the figures."))
    if rejected.rejection is Rejection.QUERY:
        return Told(gettext("This address can’t be read"), end(rejected.said))
    known = _BEFORE_READING.get(rejected.rejection)
    return Told(gettext("This was not done"), gettext(known) if known else end(rejected.said))


def tell_logged_out() -> Told:
    """That a form came from somebody who is logged in no more."""
    return Told(
        gettext("You are logged out"),
        gettext("Nothing was changed. Go back to the page, log in, and send the form again."),
    )


def end(text: str) -> str:
    """A reason as a sentence: with a capital letter and a full stop."""
    return f"{text[:1].upper()}{text[1:]}."


def list_typed(form: Mapping[str, str]) -> list[tuple[str, str]]:
    """What people typed into a form, each with what its field is called."""
    return [(gettext(name), form[field][:MAX_TYPED]) for field, name in TYPED.items() if form.get(field, "").strip()]
