"""Another project's own test suite, from its sdist, in a venv of its own under `.cache/`, run bare and wrapped."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from adnotice.inject.tag import make_tag

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CACHE = ROOT / ".cache"
COMPILED = [os.environ["TEST_COMPILED"]] if "TEST_COMPILED" in os.environ else []
"""Where adnotice is taken from instead of the checkout: tests/test_compiled.py."""

TAG = make_tag("/_adnotice/client.js", "").plain.decode()


@dataclass(frozen=True, kw_only=True)
class Run:
    """What became of each test by its id, and in which tests pages with the tag were read."""

    outcomes: dict[str, str]
    tagged: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Suite:
    """One version of one project, unpacked and installed."""

    source: Path
    python: Path

    def run(self, results: Path, *select: str, wrap: str = "", wrap_at: str = "client", seconds: int = 900) -> Run:
        """Runs the suite (or what `select` names of it); returns what became of its tests."""
        outcomes = results / f"outcomes-{wrap_at if wrap else 'bare'}.json"
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(results),
            "PYTHONPATH": os.pathsep.join([*COMPILED, str(HERE)]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "WRAP": wrap,
            "WRAP_AT": wrap_at,
            "WRAP_STORE": str(results / f"counts-{wrap_at}.db"),
            "TAG": TAG,
            "OUTCOMES": str(outcomes),
        }
        command = [
            self.python,
            "-m",
            "pytest",
            "-q",
            "-p",
            "wrap_plugin",
            "-p",
            "no:cacheprovider",
            "--timeout=60",
            "-W",  # the lowest Starlette that we allow names what the newest anyio has moved
            "ignore:The anyio:DeprecationWarning",
            *(select or ["tests"]),
        ]
        done = subprocess.run(
            command, cwd=self.source, env=environment, capture_output=True, text=True, timeout=seconds
        )
        (results / f"{outcomes.stem}.txt").write_text(done.stdout + done.stderr)
        if not outcomes.exists():
            raise RuntimeError(
                f"the suite in {self.source.name} did not run:\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
            )
        found = json.loads(outcomes.read_text())
        return Run(outcomes=found["outcomes"], tagged=tuple(found["tagged"]))


def prepare(project: str, version: str, requirements: Sequence[str]) -> Suite:
    """Downloads, unpacks and installs; does nothing when the same has been prepared before."""
    wanted = [*requirements, (ROOT / "pyproject.toml").read_text()]
    stamp = hashlib.sha256("\n".join(wanted).encode()).hexdigest()[:12]
    home = CACHE / f"{project}-{version}-{sys.version_info[0]}.{sys.version_info[1]}"
    python = home / "venv" / "bin" / "python"
    source = home / f"{project}-{version}"
    mark = home / "prepared"
    if not (mark.exists() and mark.read_text() == stamp):
        home.mkdir(parents=True, exist_ok=True)
        pip = [
            sys.executable,
            "-m",
            "pip",
            "-q",
            "download",
            "--no-deps",
            "--no-binary",
            ":all:",
            f"{project}=={version}",
        ]
        _call([*pip, "-d", home])
        with tarfile.open(home / f"{project}-{version}.tar.gz") as archive:
            archive.extractall(home, filter="data")
        _call([sys.executable, "-m", "venv", home / "venv"])
        _call([python, "-m", "pip", "-q", "install", "-e", ROOT, f"{project}=={version}", *requirements])
        mark.write_text(stamp)
    return Suite(source=source, python=python)


def differences(bare: dict[str, str], wrapped: dict[str, str]) -> dict[str, tuple[str, str]]:
    """The tests whose outcome is not the same, with both outcomes."""
    names = bare.keys() | wrapped.keys()
    pairs = {name: (bare.get(name, "missing"), wrapped.get(name, "missing")) for name in sorted(names)}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _call(command: Sequence[str | Path]) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
