"""Operators' words are messages of a catalogue: what was forgotten is seen in a language that brackets all the others."""

from __future__ import annotations

import re

from adnotice.language import gettext, ngettext, speaking
from tests.support.pseudo_language import bracket, extract, outside, pseudo_language

PLACEHOLDER = re.compile(r"\{([^}]*)\}")


def test_what_is_no_message_stands_outside_of_the_brackets() -> None:
    with speaking(pseudo_language()):
        assert outside(gettext("It is not HTML.")).strip() == ""
        assert outside(gettext("A sentence that nobody has marked.")) == "A sentence that nobody has marked."
    assert outside(bracket("{n} page views of {name}.").format(n=3, name="the home page")).split() == [
        "3",
        "the",
        "home",
        "page",
    ]


def test_a_message_has_one_set_of_forms_and_names_its_values_in_each() -> None:
    forms: dict[tuple[str, str], tuple[str, ...]] = {}
    for each in extract():
        known = forms.setdefault((each.context, each.forms[0]), each.forms)
        assert known == each.forms, f"{each.place} says {each.forms}, elsewhere it is {known}"
        for name in PLACEHOLDER.findall("".join(each.forms)) if each.is_filled else ():
            assert re.fullmatch("[a-z_]+", name), f"{each.place}: {{{name}}} is no name of a value"


def test_the_form_of_a_number_is_chosen_among_two() -> None:
    with speaking(pseudo_language()):
        assert ngettext("{n} day", "{n} days", 2, n=2) == "2 days", "nobody has marked that"
