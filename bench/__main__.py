"""`python -m bench [part ...]`: this project and its peers side by side, and which targets were met."""

from __future__ import annotations

import argparse
import importlib
import platform
import sys
import time
from pathlib import Path

from adnotice.http import admission
from bench.measure import Part, Target

PARTS = ("inject", "wsgi", "detect", "count", "insight", "imports")


def how_it_runs() -> str:
    """Whether it is the wheel's machine code that is measured, or the modules' text."""
    return "as Python" if Path(admission.__file__).suffix == ".py" else "as its wheel has it, compiled"


def main() -> int:
    """Runs the parts asked for, prints their tables, ends with the targets; 1 when one was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures adnotice beside its peers.")
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}; none: all")
    parser.add_argument("--quick", action="store_true", help="fewer rounds: a look, not a measurement")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    print(f"Python {platform.python_version()}, {platform.machine()}; adnotice {how_it_runs()}")
    print("ratios: the bare app's cost / the contender's\n")
    targets: list[tuple[str, Target]] = []
    for name in asked.parts or PARTS:
        started = time.monotonic()
        found: Part = importlib.import_module(f"bench.{name}").run(quick=asked.quick)
        for table in found.tables:
            print(table)
        print(f"part {name} took {time.monotonic() - started:.0f} s\n")
        targets += [(name, target) for target in found.targets]
    for name, target in targets:
        print(f"{'met   ' if target.met else 'MISSED'}  {name}: {target.wanted}; got {target.got}")
    missed = sum(not target.met for _, target in targets)
    print(f"{len(targets) - missed} of {len(targets)} targets met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
