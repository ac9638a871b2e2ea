"""What is installed with adnotice, what it weighs, under which licences; what is in the source distribution."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "packaging.md").read_text(encoding="utf-8")
OUR_OWN = {"demo", "conformance", "bench", "test", "check", "mutants"}
MAX_MEGABYTES = 45
OF_OLDER_VERSIONS = {"greenlet", "pyjwt"}
"""What only the lowest versions that are allowed bring; the page names it in words."""


def rows() -> Iterator[tuple[str, set[str], str]]:
    """Extra, packages and licences of each row of the table."""
    table = PAGE.partition("|---|---|---|---|\n")[2].partition("\n\n")[0]
    for line in table.splitlines():
        extra, brings, _, licences = (cell.strip() for cell in line.strip("|").split("|"))
        packages = {canonicalize_name(name) for name in re.split(r", (?:and )?", brings) if "`" not in name}
        yield extra.strip("`"), packages, licences


def needed(name: str, extra: str = "") -> set[str]:
    """What pip installs for this package with this extra, without the package."""
    found: set[str] = set()
    for line in distribution(name).requires or []:
        requirement = Requirement(line)
        before = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        wanted = requirement.marker is None or requirement.marker.evaluate({"extra": extra})
        if wanted if extra == "" else (wanted and not before):
            for inner in {"", *requirement.extras}:
                found |= {canonicalize_name(requirement.name)} | needed(requirement.name, inner)
    return found - {canonicalize_name(name)}


def weigh(package: Distribution) -> int:
    """Bytes of its files, without what Python compiles at once."""
    return sum(file.size or 0 for file in package.files or [])


def test_the_table_has_what_pip_installs() -> None:
    told: dict[str, set[str]] = {}
    for extra, packages, _ in rows():
        told.setdefault(extra, set()).update(packages)
    extras = {name for name in distribution("adnotice").metadata.get_all("Provides-Extra") or [] if name not in OUR_OWN}
    assert set(told) == {"", *extras}
    base = needed("adnotice")
    assert told[""] == base - OF_OLDER_VERSIONS
    told["serve"] |= told["useragents"]
    for extra in extras:
        missing = (
            needed("adnotice", extra)
            - told[extra]
            - base
            - OF_OLDER_VERSIONS
            - {"click", "h11", "httpcore", "certifi", "async-timeout"}
        )
        assert missing == set(), f"docs/packaging.md does not name what {extra} brings"


def test_the_table_names_the_licences() -> None:
    for _, packages, licences in rows():
        for name in packages:
            metadata = distribution(name).metadata
            classified = [
                line.rpartition(":: ")[2] for line in metadata.get_all("Classifier") or [] if "License" in line
            ]
            own = metadata.get("License-Expression") or " ".join([metadata.get("License") or "", *classified])
            (word,) = re.findall(r"^\W*(Apache|BSD|MIT|PSF|LGPL)", own)[:1] or ["?"]
            assert word in licences, f"{name} is under {own!r}, the table says {licences}"


def test_without_extras_it_weighs_little() -> None:
    ours = sum(
        file.stat().st_size for file in (ROOT / "adnotice").rglob("*") if file.suffix != ".pyc" and file.is_file()
    )
    static = sum(file.stat().st_size for file in (ROOT / "static").glob("*") if file.is_file())
    weight = ours + static + sum(weigh(distribution(name)) for name in needed("adnotice"))
    assert weight <= MAX_MEGABYTES * 1_000_000


@pytest.mark.slow
def test_the_source_has_the_tests_and_is_the_same_each_time(tmp_path: Path) -> None:
    made = []
    for number in range(2):
        folder = tmp_path / str(number)
        command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", folder]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        (file,) = folder.glob("*.tar.gz")
        made.append(hashlib.sha256(file.read_bytes()).hexdigest())
    with tarfile.open(file) as source:
        names = {name.partition("/")[2] for name in source.getnames()}
    assert {
        "tests/conftest.py",
        "adnotice/keywords.py",
        "static/client.js",
        "docs/start.md",
        "Makefile",
        "README.md",
    } <= names
    assert not any(name.startswith((".cache", "node_modules", ".venv")) for name in names)
    assert len(set(made)) == 1


def test_versions_of_which_none_was_tried_are_no_success(tmp_path: Path) -> None:
    tried = subprocess.run(
        ["bash", "tests/versions.sh", tmp_path, "quick", "no-such-python"], capture_output=True, text=True, check=False
    )
    assert tried.returncode == 1
    assert "skipped, no such interpreter runs here" in tried.stdout
