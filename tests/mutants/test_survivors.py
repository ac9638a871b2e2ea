"""The list of changes that no test notices: it speaks of code that is there, and what is not on it is told."""

from __future__ import annotations

import importlib
import inspect
import re
import tomllib
from pathlib import Path

import pytest

from tests.mutants.survivors import LIST, Change, compare, read_change, read_list, read_results

PYPROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
LISTED = read_list(LIST.read_text(encoding="utf-8"))

DIFF = """\
# adnotice.detect.verdict.x_chance__mutmut_4: survived
--- adnotice/detect/verdict.py
+++ adnotice/detect/verdict.py
@@ -1,3 +1,3 @@
 def chance(lost: int, arrived: int, loss: float) -> float:
-    return loss**lost * (1 - loss) ** arrived
+    return loss**lost * (2 - loss) ** arrived
"""
CHANGE = Change(
    "adnotice.detect.verdict.x_chance",
    "return loss**lost * (1 - loss) ** arrived",
    "return loss**lost * (2 - loss) ** arrived",
)
ENTRY = '[[survivor]]\nfunction = "f"\nwas = "a"\nnow = "b"\nwhy = "equal"\n'


@pytest.mark.parametrize("change", LISTED, ids=str)
def test_a_listed_change_is_one_of_code_that_is_there(change: Change) -> None:
    module, _, name = change.function.rpartition(".")
    assert f"{module.replace('.', '/')}.py" in PYPROJECT["tool"]["mutmut"]["only_mutate"]
    assert name.startswith(("x_", "xǁ"))
    text = " ".join(inspect.getsource(importlib.import_module(module)).split())
    assert change.was in text
    assert change.now != change.was


def test_a_change_is_known_by_its_lines_whatever_its_number() -> None:
    assert read_change("adnotice.detect.verdict.x_chance__mutmut_4", DIFF) == CHANGE
    moved = DIFF.replace("-1,3 +1,3", "-71,3 +71,3").replace("mutmut_4", "mutmut_9")
    assert read_change("adnotice.detect.verdict.x_chance__mutmut_9", moved) == CHANGE


def test_what_is_left_and_not_listed_is_told_and_what_is_listed_and_noticed_too() -> None:
    other = CHANGE._replace(now="return 0")
    assert compare([CHANGE], [CHANGE.function], [CHANGE]) == ([], [])
    assert compare([CHANGE, other], [CHANGE.function], [CHANGE]) == ([other], [])
    assert compare([], [CHANGE.function], [CHANGE]) == ([], [CHANGE])
    assert compare([], ["another"], [CHANGE]) == ([], []), "of what did not run nothing is said"


def test_results_are_read_as_mutmut_prints_them() -> None:
    told = "    adnotice.a.x_b__mutmut_1: survived\n    adnotice.a.xǁCǁd__mutmut_2: not checked\nnothing else\n"
    assert read_results(told) == {"adnotice.a.x_b__mutmut_1": "survived", "adnotice.a.xǁCǁd__mutmut_2": "not checked"}


@pytest.mark.parametrize("wrong", [ENTRY * 2, re.sub("why.*", 'why = ""', ENTRY), re.sub("why.*", "", ENTRY)])
def test_an_entry_without_a_reason_and_one_given_twice_are_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="listed twice, or without a reason"):
        read_list(wrong)
