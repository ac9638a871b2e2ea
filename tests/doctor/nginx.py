"""A real nginx with one server for each mistake that operators make, in front of a real site."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx

from tests.conformance.serving import free_port

PROXY = "proxy_pass http://site; proxy_set_header Host $http_host;"
CHALLENGE = "<!doctype html><title>Just a moment...</title><p>Checking your browser</p>"

MISTAKES: dict[str, str] = {
    "none": f"location / {{ {PROXY} }}",
    "static rule": rf"location / {{ {PROXY} }} location ~* \.(js|gif)$ {{ root /nowhere; }}",
    "spa fallback": rf"""location / {{ {PROXY} }}
        location ~* \.(js|gif)$ {{ default_type text/html; return 200 "<!doctype html><div id=app></div>"; }}""",
    "baits cached": f"""location / {{ {PROXY} }}
        location ~ ^/_adnotice/(adverts|check|pix|signal)/ {{ {PROXY} proxy_cache kept; proxy_cache_valid 200 10m;
            proxy_cache_key $host$server_port$1; proxy_ignore_headers Cache-Control; add_header X-Cache $upstream_cache_status; }}""",
    "no-store taken off": f"location / {{ {PROXY} }} location /_adnotice/adverts/ {{ {PROXY} proxy_hide_header Cache-Control; }}",
    "script kept for long": f"location / {{ {PROXY} }} location = /_adnotice/client.js {{ {PROXY} expires 30d; }}",
    "policy against scripts": f"""location / {{ {PROXY}
        add_header Content-Security-Policy "script-src https://cdn.example" always; }}""",
    "policy against reports": f"""location / {{ {PROXY}
        add_header Content-Security-Policy "default-src 'self'; connect-src https://api.example"; }}""",
    "tag optimised": f"""location / {{ {PROXY} proxy_set_header Accept-Encoding "";
        sub_filter '<script async' '<script type="text/rocketscript" async'; }}""",
    "tag sent to a CDN": f"""location / {{ {PROXY} proxy_set_header Accept-Encoding "";
        sub_filter 'src="/' 'src="https://cdn.example/'; }}""",
    "no referrer": f"location / {{ {PROXY} add_header Referrer-Policy no-referrer; }}",
    "challenge on pages": f"""location / {{ default_type text/html; return 503 "{CHALLENGE}"; }}
        location /_adnotice/ {{ {PROXY} }}""",
    "challenge on baits": f"""location / {{ {PROXY} }}
        location /_adnotice/adverts/ {{ default_type text/html; return 403 "{CHALLENGE}"; }}""",
    "host not handed on": "location / { proxy_pass http://site; }",
    "redirect": f"location / {{ {PROXY} }} location /_adnotice/ {{ return 301 https://www.example$request_uri; }}",
    "page cached": f"""location / {{ {PROXY} proxy_cache kept; proxy_cache_valid 200 10m; proxy_cache_key $host$server_port$uri;
        proxy_ignore_headers Cache-Control; add_header X-Cache $upstream_cache_status; }} location /_adnotice/ {{ {PROXY} }}""",
}


def write_config(folder: Path, site_port: int, ports: Mapping[str, int]) -> Path:
    """The whole configuration; everything that nginx writes stays in the folder."""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    servers = "\n".join(f"server {{ listen 127.0.0.1:{ports[name]}; {mistake} }}" for name, mistake in MISTAKES.items())
    user = "user root;" if os.geteuid() == 0 else ""
    config = folder / "nginx.conf"
    config.write_text(
        f"""{user} daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
        events {{}}
        http {{ access_log off; {temporary}
        proxy_cache_path {folder}/cache keys_zone=kept:1m;
        upstream site {{ server 127.0.0.1:{site_port}; }}
        {servers} }}"""
    )
    return config


@contextlib.contextmanager
def serve_mistakes(folder: Path, site_port: int) -> Iterator[dict[str, str]]:
    """Runs nginx until the block ends; gives the address of each mistake."""
    ports = {name: free_port() for name in MISTAKES}
    config = write_config(folder, site_port, ports)
    process = subprocess.Popen(["nginx", "-p", folder, "-c", config], stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                httpx.get(f"http://127.0.0.1:{ports['none']}/")
                break
            time.sleep(0.05)
        if process.poll() is not None:
            raise RuntimeError(f"nginx did not start: {process.stderr.read().decode() if process.stderr else ''}")
        yield {name: f"http://127.0.0.1:{port}/" for name, port in ports.items()}
    finally:
        process.terminate()
        process.communicate(timeout=10)
