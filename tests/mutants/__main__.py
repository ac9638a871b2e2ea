"""Compares what mutmut left with the list: status 1 where a change is left that is not listed, or one listed is noticed by now."""

from __future__ import annotations

import subprocess
import sys

from tests.mutants.survivors import LIST, NOT_RUN, NOTICED, compare, read_change, read_list, read_results


def ask(*arguments: str) -> str:
    """What mutmut prints."""
    done = subprocess.run([sys.executable, "-m", "mutmut", *arguments], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def main() -> int:
    """Prints what there is to do; returns the exit status."""
    results = read_results(ask("results", "--all", "true"))
    run = {name: status for name, status in results.items() if status not in NOT_RUN}
    whole = {name.rpartition("__mutmut_")[0] for name in run} - {
        name.rpartition("__mutmut_")[0] for name in results.keys() - run.keys()
    }
    survivors = [read_change(name, ask("show", name)) for name, status in run.items() if status not in NOTICED]
    unlisted, noticed = compare(survivors, whole, read_list(LIST.read_text(encoding="utf-8")))
    for change in unlisted:
        print(f"no test notices, and it is not listed: {change}")
    for change in noticed:
        print(f"listed, and a test notices it by now; take it out of {LIST.name}: {change}")
    if not run:
        print("no mutant was run")
        return 1
    print(f"{len(run)} mutants, {len(survivors)} survivors, " + ("all listed" if not unlisted else "some not listed"))
    return 1 if unlisted or noticed else 0


if __name__ == "__main__":
    sys.exit(main())
