"""docs/going-live.md, run as it is written: only addresses and names of databases are this machine's."""

from __future__ import annotations

import ast
import contextlib
import getpass
import os
import re
import secrets
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import anyio
import httpx
import pytest

from adnotice import Settings
from adnotice.keys import Keys, new_secret
from adnotice.notice.ticket import Ticket, Tickets
from tests.conftest import SECRET
from tests.count.conftest import POSTGRESQL
from tests.count.servers import free_port
from tests.honest import AGENT, BASE, HonestBrowser
from tests.newcomer.fresh_root import fresh_root, needs
from tests.support.running import running

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "going-live.md").read_text(encoding="utf-8")
PACKAGE = ROOT / "adnotice"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SITE = """
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route
from adnotice import AdNoticeMiddleware

asked = []


async def home(request):
    asked.append(1)
    return HTMLResponse(f"<html><head><title>News</title></head><body>{len(asked)}</body></html>")


app = AdNoticeMiddleware(Starlette(routes=[Route("/", home)]))
"""


def block(name: str) -> str:
    """The page's one block of this name, or in this language."""
    (found,) = re.findall(rf"^```(?:\w+ )?{name}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def environment(**more: str) -> dict[str, str]:
    """Without a variable of ours, and with our command where commands are."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ADNOTICE_")}
    return {**kept, "PATH": f"{Path(sys.executable).parent}:{kept['PATH']}", **more}


def run(commands: str, folder: Path, **more: str) -> str:
    """Runs the commands in the folder, as an operator types them; what they said."""
    shell = ["bash", "-euc", commands]
    done = subprocess.run(
        shell,
        cwd=folder,
        env=environment(**more),
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with a site and what `adnotice init` makes."""
    (tmp_path / "main.py").write_text(SITE)
    run("adnotice init --site-name News", tmp_path)
    return tmp_path


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """The site's address while it runs."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running([sys.executable, "-m", "uvicorn", "--port", str(port), "main:app"], f"{url}/nothing", folder):
        yield url


async def view(url: str, headers: Mapping[str, str] = {}, *, blocker: bool = False) -> str:
    """One view of a reader's; its verdict."""
    agent = {"user-agent": AGENT, **headers}
    async with httpx.AsyncClient(base_url=url, headers=agent, timeout=30) as client:
        return str((await HonestBrowser(client, blocker=blocker).view())["verdict"])


def counts(folder: Path) -> dict[str, int]:
    """What `adnotice figures` says."""
    printed = run("adnotice figures counts --days 1", folder)
    return {name: int(n) for name, n in re.findall(r"^([a-z-]+),(\d+)\r?$", printed, re.MULTILINE)}


def test_what_was_backed_up_comes_back(site: Path) -> None:
    with served(site) as url:
        assert anyio.run(view, url) == "clear"
        back_up, restore = block("backup").splitlines()
        run(back_up, site)
        assert anyio.run(view, url) == "clear"
        run(restore, site)
        assert counts(site)["clear"] == 1
        assert anyio.run(view, url) == "clear", "a running server goes on"
        assert counts(site)["clear"] == 2


def test_off_in_a_hurry_is_off_when_it_returns_and_back_is_back(site: Path) -> None:
    with served(site) as url:
        reader = {"user-agent": AGENT}
        assert "client.js" in httpx.get(url, headers=reader).text
        run(block("off"), site)
        assert "client.js" not in httpx.get(url, headers=reader).text
        run(block("back"), site)
        assert "client.js" in httpx.get(url, headers=reader).text


def test_while_keys_are_rotated_what_any_server_signs_every_other_takes() -> None:
    """Servers are restarted one after another: at each step some have the settings of the step before."""
    old, new = SECRET, new_secret()
    steps = [old, *(Settings.of(**tomllib.loads(each)).secret_key for each in written_keys(old, new))]
    for before, after in pairwise(steps):
        for signs, reads in ((before, after), (after, before)):
            ticket = Tickets(Keys(signs)).write("0" * 32, "default", 1_000_000.0)
            assert isinstance(Tickets(Keys(reads)).read(ticket, "default", 1_000_001.0), Ticket)
    fresh = Tickets(Keys(steps[-1])).write("0" * 32, "default", 1_000_000.0)
    assert isinstance(Tickets(Keys(new)).read(fresh, "default", 1_000_001.0), Ticket), "the new one signs in the end"


def written_keys(old: str, new: str) -> list[str]:
    """The settings of each step of the page."""
    written = re.findall(r"^```toml\n(secret_key.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return [each.replace("OLD", old).replace("NEW", new) for each in written]


@pytest.fixture
def database() -> Iterator[str]:
    """A name for a database in the machine's PostgreSQL; dropped when the test ends."""
    import psycopg

    try:
        psycopg.connect(POSTGRESQL, connect_timeout=2).close()
    except psycopg.OperationalError:
        pytest.skip(f"no PostgreSQL answers at {POSTGRESQL}")
    if shutil.which("createdb") is None:
        pytest.skip("createdb is not installed")
    name = f"adnotice_{secrets.token_hex(6)}"
    yield name
    with psycopg.connect(POSTGRESQL, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def test_all_that_was_counted_moves_to_postgresql(site: Path, database: str) -> None:
    with served(site) as url:
        assert anyio.run(view, url) == "clear"
    user = {"PGHOST": "127.0.0.1", "PGUSER": os.environ.get("PGUSER", getpass.getuser())}
    commands = block("move")
    assert "createdb --encoding UTF8 adnotice\n" in commands
    there = commands.replace(" adnotice\n", f" {database}\n").replace("localhost/adnotice", f"127.0.0.1/{database}")
    assert " tallies are in postgresql://" in run(there, site, **user)
    file = site / "adnotice.toml"
    moved = re.sub(r'store_url = ".*"', f'store_url = "postgresql://127.0.0.1/{database}"', file.read_text())
    file.write_text(moved)
    with served(site) as url:
        assert anyio.run(view, url) == "clear"
    assert counts(site)["clear"] == 2


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed: its cache was not tried")
def test_pages_come_from_nginx_cache_and_every_view_is_counted(site: Path) -> None:
    with (site / "adnotice.toml").open("a") as settings:
        settings.write('trusted_proxies = ["127.0.0.1"]\npages_cached = true\n')
    front = free_port()
    with served(site) as url:
        recipe = block("cache").replace("http://127.0.0.1:8000", url).replace("/var/cache", str(site))
        recipe = recipe.replace("server {", f"server {{ listen 127.0.0.1:{front};")
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = " ".join(f"{kind}_temp_path {site}/{kind};" for kind in kinds)
        config = site / "nginx.conf"
        config.write_text(
            f"{'user root;' if os.geteuid() == 0 else ''} daemon off; pid {site}/pid; error_log {site}/error.log;\n"
            f"events {{}} http {{ access_log off; {temporary}\n{recipe} }}"
        )
        address = f"http://127.0.0.1:{front}"
        with running(["nginx", "-p", site, "-c", config], f"{address}/nothing", site):
            verdicts = [anyio.run(view, address) for _ in range(3)]
            blocked = anyio.run(lambda: view(address, blocker=True))
            pages = {httpx.get(address, headers={"user-agent": AGENT}).text for _ in range(3)}
            bait = [httpx.get(f"{address}{BASE}/check/{'0' * 32}-0.js").headers for _ in range(2)]
    assert (verdicts, blocked) == (["clear"] * 3, "blocked")
    assert len(pages) == 1, "nginx answers for the page"
    assert all("no-store" in each["cache-control"] for each in bait)
    seen = counts(site)
    assert (seen["clear"], seen["blocked-content"]) == (3, 1)
    assert seen["injected"] < 4


@pytest.mark.endurance
def test_the_containers_steps_make_a_server_that_is_well_and_has_no_rights(tmp_path: Path) -> None:
    """Each line of the Dockerfile in its order, on a machine that is thrown away; its base image is a Python of this one's."""
    if missing := needs():
        pytest.skip(f"no machine to throw away: {', '.join(missing)} missing. The Dockerfile was not tried")
    python = Path("/usr/bin/python3")
    if not python.exists():
        pytest.skip("no /usr/bin/python3: the Dockerfile was not tried")
    image = tmp_path / "image"
    make = [sys.executable, "-m", "pip", "--python", image / "bin" / "python3", "install", "-q", "pip"]
    subprocess.run([python, "-m", "venv", "--without-pip", image], check=True)
    subprocess.run(make, check=True, capture_output=True)
    built = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", tmp_path, ROOT]
    subprocess.run(built, check=True, capture_output=True)
    wheel = next(tmp_path.glob("adnotice-*.whl"))
    port = str(free_port())
    steps = [line.split(" ", 1) for line in block("dockerfile").replace("8009", port).splitlines()]
    assert [word for word, _ in steps] == ["FROM", "RUN", "RUN", "USER", "WORKDIR", "EXPOSE", "HEALTHCHECK", "CMD"]
    told = dict(steps)
    (user,), folder = told["USER"].split(), told["WORKDIR"]
    health = told["HEALTHCHECK"].partition(" CMD ")[2]
    command = " ".join(f"'{word}'" for word in ast.literal_eval(told["CMD"]))
    names = re.findall(r"^ {6}(ADNOTICE_\w+): (.*)$", block("yaml"), re.MULTILINE)
    variables = dict(names) | {"ADNOTICE_SECRET_KEY": SECRET, "ADNOTICE_DASHBOARD_PASSWORD_HASH": ""}
    given = " ".join(f"{name}='{value}'" for name, value in variables.items())
    install, add_user = (text for word, text in steps if word == "RUN")
    assert "adnotice[" in install
    with fresh_root(tmp_path / "machine") as inside:

        def do(script: str) -> subprocess.CompletedProcess[str]:
            path = f"PATH={image}/bin:{os.environ['PATH']}"
            return subprocess.run(
                [*inside, path, "sh", "-c", script], capture_output=True, text=True, check=False, env=environment()
            )

        for folder_above in image.parents:
            do(f"chmod o+x '{folder_above}'")  # in there alone: what pytest makes is root's only
        for step in (install.replace("adnotice[", f"{wheel}[").replace("'", '"'), add_user):
            done = do(step)
            assert done.returncode == 0, done.stderr
        as_user = f"cd {folder} && exec setpriv --reuid {user} --regid {user} --clear-groups env HOME={folder} {given}"
        assert do(f"{as_user} id -u").stdout.strip() != "0"
        assert do(f"{as_user} {health}").returncode != 0, "nothing runs yet"
        serving = subprocess.Popen(
            [*inside, f"PATH={image}/bin:{os.environ['PATH']}", "sh", "-c", f"{as_user} {command}"], env=environment()
        )
        try:
            for _ in range(200):
                if do(f"{as_user} {health}").returncode == 0:
                    break
            else:
                pytest.fail("it never said that it is well")
            assert do(f"test -s {folder}/counts/adnotice.db").returncode == 0
        finally:
            serving.terminate()
            serving.wait(20)


def log_lines() -> Iterator[str]:
    """The first words of each line that adnotice logs, up to the first value in it."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "logger"
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                words = str(node.args[0].value).partition("%")[0].strip(" :(")
                if words:
                    yield words


def test_every_line_that_is_logged_stands_in_the_table() -> None:
    table = PAGE.partition("| line | meaning | do |")[2]
    lines = set(log_lines())
    assert len(lines) > 8
    missing = [line for line in lines if line not in table]
    assert missing == [], "docs/going-live.md says nothing of these"
