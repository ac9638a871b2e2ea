"""The recipes of docs/any-site.md, run as they are written: only ports and folders are this machine's."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from adnotice.detect.bait_age import VERIFIED
from adnotice.doctor import run_doctor
from adnotice.inject.tag import make_tag
from tests.conformance.serving import free_port
from tests.support.running import running

PAGE = (Path(__file__).parent.parent / "docs" / "any-site.md").read_text(encoding="utf-8")
HOME = '<!doctype html><html><head><title>News</title></head><body><a href="/_adnotice/about">counted</a></body></html>'


def block(language: str) -> str:
    """The page's one block in this language."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


TAG = make_tag("/_adnotice/client.js", "").plain.decode()


def configure_nginx(folder: Path, ours: int, front: int) -> list[str | Path]:
    """Writes the recipe into a whole configuration; returns what starts nginx with it."""
    assert TAG in block("nginx")
    server = block("nginx").replace("listen 80", f"listen 127.0.0.1:{front}").replace("/srv/news", str(folder))
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    config = folder / "nginx.conf"
    config.write_text(
        f"{'user root;' if os.geteuid() == 0 else ''} daemon off; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{}} http {{ access_log off; {temporary} types {{ text/html html; }}\n{server.replace('8009', str(ours))} }}"
    )
    return ["nginx", "-p", folder, "-c", config]


def configure_caddy(folder: Path, ours: int, front: int) -> list[str | Path]:
    """The same for Caddy, whose pages carry the tag already."""
    (folder / "index.html").write_text(HOME.replace("<title>", f"{TAG}<title>"))
    server = block("caddy").replace("news.example", f"http://127.0.0.1:{front}").replace("/srv/news", str(folder))
    config = folder / "Caddyfile"
    config.write_text(f"{{\n\tadmin off\n}}\n{server.replace('8009', str(ours))}")
    return ["caddy", "run", "--adapter", "caddyfile", "--config", config]


@pytest.mark.slow
@pytest.mark.parametrize("server", ["nginx", "caddy"])
def test_a_static_site_is_counted(server: str, tmp_path: Path) -> None:
    if shutil.which(server) is None:
        pytest.skip(f"{server} is not installed: its recipe was not tried")
    adnotice = [sys.executable, "-m", "adnotice"]
    (tmp_path / "index.html").write_text(HOME)
    init, serve = (line for line in block("sh").splitlines() if line.startswith("adnotice "))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ADNOTICE_")}
    given = [*adnotice, "init", "--site-name", re.findall('"(.*)"', init)[0]]
    said = subprocess.run(given, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True).stdout
    assert TAG in said
    assert serve == "adnotice serve --port 8009"
    ours, front = free_port(), free_port()
    command = {"nginx": configure_nginx, "caddy": configure_caddy}[server](tmp_path, ours, front)
    with (
        running([*adnotice, "serve", "--port", str(ours)], f"http://127.0.0.1:{ours}/_adnotice/client.js", tmp_path),
        running(command, f"http://127.0.0.1:{front}/", tmp_path),
    ):
        told: list[str] = []
        assert run_doctor(f"http://127.0.0.1:{front}/", write=told.append, today=VERIFIED) == 0, told
    assert told[-1].startswith("1 of 1 pages carry the tag; 0 wrong"), told
    log = (tmp_path / "log").read_text()
    assert f"settings: {tmp_path / 'adnotice.toml'}" in log
    assert f"store: sqlite:///{tmp_path / 'adnotice.db'}" in log


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed: the unit was not read"
)
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "adnotice.service"
    there = (
        block("ini").replace("/srv/adnotice/.venv/bin/adnotice", "/bin/true").replace("/srv/adnotice", str(tmp_path))
    )
    unit.write_text(there)
    found = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert "adnotice.service" not in found.stderr, found.stderr
    unit.write_text(there.replace("ProtectSystem=strict", "ProtectSystme=strict"))
    broken = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert "adnotice.service" in broken.stderr, "it does not read the unit"
