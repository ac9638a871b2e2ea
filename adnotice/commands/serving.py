"""`adnotice serve`: uvicorn around adnotice on its own."""

from __future__ import annotations

import socket
import sys
from contextlib import closing

from adnotice.configuration import read_settings, tell_source
from adnotice.count.stores.open import open_store


def serve_alone(host: str, port: int) -> int:
    """Listens until it is ended; returns the exit status where it can't."""
    try:
        import uvicorn
    except ImportError:
        print("adnotice serve needs uvicorn. Install it with: pip install 'adnotice[serve]'", file=sys.stderr)
        return 1
    from adnotice.serve import create_app

    print(f"settings: {tell_source()}", file=sys.stderr)
    settings = read_settings()
    with closing(open_store(settings.count.store_url, settings.count, create=False)) as store:
        print(f"store: {store.health().url}", file=sys.stderr)
    if obstacle := find_port_obstacle(host, port):
        print(f"nobody can listen on {host}, port {port}: {obstacle}. Choose another with --port", file=sys.stderr)
        return 1
    proxies = list(settings.admission.trusted_proxies) or None  # whose X-Forwarded-Proto uvicorn is to believe, too
    uvicorn.run(create_app(settings), host=host, port=port, forwarded_allow_ips=proxies)
    return 0


def find_port_obstacle(host: str, port: int) -> str:
    """Why nobody can listen there; empty where somebody can."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as tried:
        # As the server does: what has just ended is no obstacle, and :: is another address than 0.0.0.0.
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if tried.family is socket.AF_INET6:
            tried.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            tried.bind((host, port))
        except OSError as error:
            return error.strerror or str(error)
    return ""
