"""What operators read is made of messages of a catalogue: each one literal, none forgotten."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from adnotice import language
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


PACKAGE = Path(language.__file__).parent
MARKED = [
    *(PACKAGE / "insight" / "display" / f"{name}.py" for name in ("formats", "labels", "report", "sentences")),
    *sorted((PACKAGE / "insight" / "analysis").glob("*.py")),
    *(PACKAGE / "insight" / "access" / f"{name}.py" for name in ("forms", "grants", "login")),
    *(
        PACKAGE / "insight" / f"{name}.py"
        for name in ("annotations", "blind_spots", "findings", "operations", "watching")
    ),
    PACKAGE / "detect" / "bait_age.py",
    PACKAGE / "notice" / "to_mend.py",
    PACKAGE / "settings_list.py",
]
"""Modules that say nothing to people but what they read on a page or in a mail."""

MARKS = {"gettext", "gettext_noop", "ngettext", "pgettext"}
ENGLISH_ALONE = {"Rejected", "ValueError", "exception"}
"""Calls whose texts are for programs, for programmers or the log; what people read of a refusal is its `said`."""

NOT_SAID = (
    "address ",  # whom wrong passwords count for
    "browser ",
    "account ",  # names that the audit log keeps
    "shared link ",
    ": set ",  # said by `adnotice mode`, on the command line
    " and ",
    "log in first",  # a rejected form's header; its page says so in the operator's language
    "(none)",  # the name of a row, which labels says
)
SAID = re.compile(r"[A-Za-z’']{2,}[,;:]? [a-z’']{2,}|^[A-Z][a-z]+( [a-z]+)*[.:]$|[a-z]{2,} $|^[ ,;:(]+[a-z]{2,}")
"""Two words, one with its full stop, or one beside a value."""


def name_of(call: ast.Call) -> str:
    called = call.func
    if isinstance(called, ast.Attribute):  # a catalogue's own gettext marks nothing
        return "" if called.attr in MARKS else called.attr
    return called.id if isinstance(called, ast.Name) else ""


def calls_of(tree: ast.AST, names: Iterable[str]) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call) and name_of(node) in names)


def list_unmarked(tree: ast.AST) -> list[tuple[int, str]]:
    """The texts of a module that read like English and are no messages: where, and which."""
    told = [argument for call in calls_of(tree, MARKS) for argument in call.args]
    told += [argument for call in calls_of(tree, ENGLISH_ALONE) for argument in call.args]
    told += [
        node.value for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    ]
    told += [
        each.value for each in ast.walk(tree) if isinstance(each, ast.Assign | ast.AnnAssign) and is_enum(tree, each)
    ]
    known = {id(node) for each in told if each is not None for node in ast.walk(each)}
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in known
        and not node.value.startswith(NOT_SAID)
        and SAID.search(node.value)
    ]


def is_enum(tree: ast.AST, assigned: ast.stmt) -> bool:
    """Whether a value of an enumeration is assigned: names of a kind, which are said by a table."""
    classes = (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    return any(
        assigned in each.body and any(isinstance(base, ast.Name) and base.id in ("Enum", "Word") for base in each.bases)
        for each in classes
    )


@pytest.mark.parametrize("path", MARKED, ids=lambda path: path.stem)
def test_what_people_read_is_marked(path: Path) -> None:
    unmarked = list_unmarked(ast.parse(path.read_text(encoding="utf-8")))
    assert not unmarked, f"{path.name}: mark these with gettext, or say why not in NOT_SAID: {unmarked}"


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('found = f"{n} page views have no answer."', [" page views have no answer."]),
        ('found = f"{days} before"', [" before"]),
        ('found = gettext("a whole sentence with {n}.", n=f"about {n}")', ["about "]),
        ('found = "Nothing has been counted yet."', ["Nothing has been counted yet."]),
        ('return "Robots."', ["Robots."]),
        ('"""A docstring, said to nobody."""', []),
        ('raise Rejected(Rejection.LOGIN, "wrong password", said=gettext("wrong password"))', []),
        ('key = "page-views"', []),
    ],
)
def test_what_is_forgotten_is_found(code: str, found: list[str]) -> None:
    assert [text for _, text in list_unmarked(ast.parse(code))] == found


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_message_is_one_literal(path: Path) -> None:
    """Others are not found by who extracts them; what stands in a table is marked there, and said by `gettext` alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if path.name == "language.py" or not any(
        isinstance(node, ast.ImportFrom) and node.module == "adnotice.language" for node in ast.walk(tree)
    ):
        return
    within = {id(call) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for call in calls_of(node, MARKS)}
    for call in calls_of(tree, MARKS):
        is_constant = isinstance(call.args[0], ast.Constant)
        assert not is_constant or id(call) not in within, f"{path.name}:{call.lineno}: not found within an f-string"
        literals = call.args[:2] if name_of(call) in ("ngettext", "pgettext") else call.args[:1]
        for each in literals:
            is_of_a_table = name_of(call) == "gettext" and not isinstance(each, ast.JoinedStr | ast.BinOp)
            is_literal = isinstance(each, ast.Constant) and isinstance(each.value, str)
            assert is_literal or is_of_a_table, f"{path.name}:{call.lineno} needs a literal, has {ast.unparse(each)}"
        placeholders = {
            name for each in literals if isinstance(each, ast.Constant) for name in PLACEHOLDER.findall(each.value)
        }
        given = {each.arg for each in call.keywords}
        is_filled_here = (
            name_of(call) != "gettext_noop"
            and None not in given
            and all(isinstance(each, ast.Constant) for each in literals)
        )
        assert not is_filled_here or placeholders == given, (
            f"{path.name}:{call.lineno}: {placeholders ^ given} have no place"
        )
