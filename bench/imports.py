"""What importing adnotice costs a host's start: a process for each run, its bytecode written before."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from typing import Final

from bench.measure import Part, Spread, Table, Target, interleave

CONTROL: Final = "starlette.applications"
MODULES: Final = ("adnotice.middleware", "adnotice.wsgi", CONTROL)
"""What an ASGI app imports of ours, what a WSGI app does; and for comparison what nearly every ASGI app imports anyway."""
MOST_SECONDS: Final = 0.150
RUNS: Final = 10

_TIMED: Final = """
import time
clock, begun = time.{clock}, time.{clock}()
import {module}
print(clock() - begun)
"""


def seconds_of(module: str, clock: str) -> float:
    """What the import took in a new process, by one of the clocks of `time`."""
    code = _TIMED.format(clock=clock, module=module)
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(told.stdout)


def run(*, quick: bool) -> Part:
    """Medians of ten runs each, in turns."""
    runs = 4 if quick else RUNS
    clocks = {"CPU": "process_time", "wall": "perf_counter"}
    slices = {
        f"{module} {name}": partial(seconds_of, module, clock) for module in MODULES for name, clock in clocks.items()
    }
    spreads = {name: Spread.of(1000 * cost for cost in costs) for name, costs in interleave(slices, runs).items()}
    rows = [[module, *(f"{spreads[f'{module} {name}'].median:.0f}" for name in clocks)] for module in MODULES]
    took = spreads["adnotice.middleware CPU"].median
    return Part(
        tables=[Table(title="imports, ms: the median of new processes", head=["module", *clocks], rows=rows)],
        targets=[
            Target(
                wanted=f"adnotice.middleware is imported within {1000 * MOST_SECONDS:.0f} ms of CPU",
                got=f"{took:.0f} ms ({CONTROL} alone: {spreads[f'{CONTROL} CPU'].median:.0f} ms)",
                met=took <= 1000 * MOST_SECONDS,
            )
        ],
    )
