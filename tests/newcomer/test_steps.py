"""Pages of docs/start as a newcomer reads them, and the table of what came of it. `make newcomer` follows them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.newcomer.__main__ import HEAD, PAGES, TABLE, page_of, put_row, read_arguments, rows_in
from tests.newcomer.steps import Run, Visit, Write, leave_out_each_line, read_steps
from tests.newcomer.walk import ports_named

PAGE = """# A page

```sh
one
two \\
    more
```

Write `site/main.py`:

```python
a = 1
```

At the end of `site/main.py`:

```python
b = 2
```

Leave this running:

```sh
serve
```

In a second terminal:

```sh
three
```

Open <http://127.0.0.1:8000/> and look.
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    written = tmp_path / "page.md"
    written.write_text(PAGE)
    return written


def test_each_block_is_what_the_sentence_above_it_says(page: Path) -> None:
    assert read_steps(page) == [
        Run(("one", "two      more")),
        Write("site/main.py", "a = 1\n", adds=False),
        Write("site/main.py", "b = 2\n", adds=True),
        Run(("serve",), stays=True),
        Run(("three",), elsewhere=True),
        Visit(8000),
    ]


def test_a_block_that_goes_nowhere_is_refused(page: Path) -> None:
    page.write_text(PAGE.replace("Write `site/main.py`:", "Some code:"))
    with pytest.raises(ValueError, match=r"goes: a = 1"):
        read_steps(page)


def test_a_page_that_nobody_opens_is_refused(page: Path) -> None:
    page.write_text(PAGE.replace("Open", "Shut"))
    with pytest.raises(ValueError, match="never says: Open"):
        read_steps(page)


def test_every_line_that_says_something_is_left_out_once() -> None:
    left_out = dict(leave_out_each_line(PAGE))
    assert list(left_out) == ["one", "two \\", "more", "a = 1", "b = 2", "serve", "three"]
    assert left_out["a = 1"] == PAGE.replace("a = 1\n", "")


def test_pages_may_stand_behind_the_option_as_the_docs_have_it() -> None:
    asked = read_arguments(["dist/adnotice.whl", "--each-line", "flask"])
    assert (asked.wheel, asked.pages, asked.each_line) == (Path("dist/adnotice.whl"), ["flask"], True)


@pytest.mark.parametrize(("given", "lines"), [("3", [3]), ("0-2", [0, 1, 2])])
def test_of_a_pages_lines_some_can_be_chosen(given: str, lines: list[int]) -> None:
    asked = read_arguments(["dist/adnotice.whl", "flask", "--each-line", "--lines", given])
    assert list(asked.lines) == lines


@pytest.mark.parametrize(("command", "ports"), [("adnotice serve --port 8009", [8009]), ("uvicorn main:app", [])])
def test_the_port_is_awaited_that_a_command_names(command: str, ports: list[int]) -> None:
    assert ports_named(command) == ports


def test_a_new_row_stands_in_the_place_of_the_older_one() -> None:
    document = "before\n<!-- made by make newcomer -->\n<!-- -->\nafter"
    first = put_row(document, "b", "| [B](start/b.md) | 1 |")
    both = put_row(first, "a", "| [A](start/a.md) | 2 |")
    renewed = put_row(both, "b", "| [B](start/b.md) | 3 |")
    assert renewed == (
        f"before\n<!-- made by make newcomer -->\n{HEAD}| [A](start/a.md) | 2 |\n| [B](start/b.md) | 3 |\n<!-- -->\nafter"
    )


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda page: page.stem)
def test_a_page_in_docs_has_all_that_the_readers_need(page: Path) -> None:
    steps = read_steps(page)
    assert any(isinstance(step, Run) and step.stays for step in steps)
    typed = [command for step in steps if isinstance(step, Run) for command in step.commands]
    assert len(typed) <= 12
    for needed in ("adnotice init", "adnotice doctor", "adnotice mode ask", "adnotice figures counts"):
        assert any(needed in command for command in typed), needed


def test_the_table_has_every_page_that_there_is() -> None:
    rows = [page_of(row) for row in rows_in(TABLE.read_text(encoding="utf-8"))]
    assert rows == sorted(page.stem for page in PAGES.glob("*.md"))
