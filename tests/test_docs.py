"""The documentation says what the code does."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import fields
from pathlib import Path

import pytest

from adnotice.count.model.tally import Metric
from adnotice.settings import Settings

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"

spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
assert spec is not None
assert spec.loader is not None
generate = importlib.util.module_from_spec(spec)
spec.loader.exec_module(generate)


@pytest.mark.parametrize("name", generate.PAGES)
def test_a_page_made_from_the_code_is_up_to_date(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == generate.PAGES[name](), "run: make docs"


@pytest.mark.parametrize("owner", [Settings, *generate.ROOMS])
def test_every_setting_has_its_sentence(owner: type) -> None:
    rooms = {"admission", "inject", "detect", "notice", "count", "insight"}
    named = {field.name for field in fields(owner)} - rooms  # type: ignore[arg-type]
    assert named == set(generate.describe(owner))


@pytest.mark.parametrize("page", [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))], ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            to = (page.parent / target).resolve()
            assert to.exists(), f"{page.name} links to {target}"
            inside = page.parent == ROOT or to.is_relative_to(DOCS)
            assert inside, f"{page.name} links to {target}, which is no page of the documentation's site"


def test_every_figure_has_its_meaning() -> None:
    table = (DOCS / "figures.md").read_text(encoding="utf-8").partition("| name | one for each |")[2]
    named = [
        name for row in re.findall(r"^\| (.+?) \|", table, re.MULTILINE) for name in re.findall("`([a-z-]+)`", row)
    ]
    assert sorted(named) == sorted(Metric)


def test_every_page_stands_in_the_sites_index() -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    listed = {line for block in re.findall(r"```\{toctree\}\n(.*?)```", index, re.DOTALL) for line in block.split()}
    pages = {page.relative_to(DOCS).with_suffix("").as_posix() for page in DOCS.rglob("*.md")} - {"index"}
    assert {page for page in pages if not page.startswith("start/")} <= listed
