"""However many different pages, browsers, languages and addresses are made up: memory and file stay small."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FLOOD = """
import asyncio, json, secrets, sys, time
from pathlib import Path
from adnotice import AdNoticeMiddleware
from adnotice.detect.baits import SCRIPT
from adnotice.detect.witness import Witnesses, probe_of
from adnotice.keys import Keys
from tests.conftest import SECRET
from tests.count.reporting import news

url, warm, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
app = AdNoticeMiddleware(
    news, secret_key=SECRET, store_url=url, trusted_proxies=("127.0.0.1",), site_rate_per_second=0
)
witnesses = Witnesses(Keys(SECRET), 10)

def resident():
    return int(Path("/proc/self/status").read_text().partition("VmRSS:")[2].split()[0]) / 1024

async def ask(method, path, headers, body=b""):
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "path": path,
             "raw_path": path.encode(), "root_path": "", "scheme": "http", "query_string": b"", "headers": headers,
             "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "state": {}}
    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}
    status = []
    async def send(message):
        if message["type"] == "http.response.start":
            status.append(message["status"])
    await app(scope, receive, send)
    return status[0]

async def one(number):
    view = secrets.token_hex(16)
    token = witnesses.sign(f"{SCRIPT.folder}{probe_of(view)}-0{SCRIPT.ending}")
    if number % 4 == 3:
        token = token[:-4] + "aaaa"
    page = f"/forged/{number}/" + "x" * (number % 200)
    headers = [(b"host", b"news"), (b"user-agent", b"Mozilla/5.0 (Forged %d) Firefox/%d.0 %s" % (number, number % 999, b"y" * (number % 900))),
               (b"accept-language", b"%s-x" % bytes([97 + number % 26, 97 + number // 26 % 26, 97 + number // 676 % 26])),
               (b"x-forwarded-for", b"10.%d.%d.%d" % (number >> 16 & 255, number >> 8 & 255, number & 255)),
               (b"content-type", b"application/json"), (b"sec-fetch-site", b"same-origin")]
    status = await ask("POST", "/_adnotice/outcome", headers, json.dumps({"id": view, "page": page, "script": [token]}).encode())
    assert status in (204, 403), status
    assert await ask("GET", page, headers) == 200

async def flood(first, last):
    numbers = iter(range(first, last))
    async def work():
        for number in numbers:
            await one(number)
    await asyncio.gather(*[work() for _ in range(64)])

async def main():
    await flood(0, warm)
    before = resident()
    await flood(warm, warm + count)
    after = resident()
    await app._writer.close()
    print(f"{after - before:.1f}")

asyncio.run(main())
"""


def growth(folder: Path, warm: int, count: int) -> float:
    """MiB by which a process grows while so many different inputs arrive, once its caches are full."""
    command = [sys.executable, "-c", FLOOD, f"sqlite:///{folder / 'counts.db'}", str(warm), str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr[-3000:]
    return float(done.stdout)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(sys.platform != "linux", reason="resident memory is read from /proc")
def test_memory_stays_where_it_is_while_ever_new_inputs_arrive(tmp_path: Path) -> None:
    assert growth(tmp_path, 4_000, 16_000) <= 20
    assert (tmp_path / "counts.db").stat().st_size <= 30 * 1024 * 1024


@pytest.mark.endurance
@pytest.mark.timeout(3600)
def test_memory_stays_where_it_is_for_a_million(tmp_path: Path) -> None:
    grown = growth(tmp_path, 4_000, 1_000_000)
    print(f"+{grown} MiB over a million different inputs")  # noqa: T201
    assert grown <= 20
