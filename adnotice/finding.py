"""A finding: what the health page and `adnotice doctor` report, each with what to do."""

from __future__ import annotations

import msgspec

from adnotice.vocabulary import Word


class Weight(Word):
    """How much a finding matters, the gravest first."""

    WRONG = "wrong"
    LOOK = "look"
    KNOW = "know"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to mend, to look into, or to know.

    `about` is the address that the doctor asked and `came` what it answered; both are empty on the health page. `reason` is the
    word of the vocabulary that the finding is about, if it is about one.
    """

    weight: Weight
    found: str
    do: str
    about: str = ""
    came: str = ""
    reason: str = ""
