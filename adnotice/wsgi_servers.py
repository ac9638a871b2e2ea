"""Which WSGI servers can't run us: those where a thread of ours would never have its turn."""

from __future__ import annotations

import sys

GREEN: str = (
    "{0} has replaced threads by its own, which take turns only when they wait, and a store does not wait that way: all "
    "requests would hang on a slow commit. Use real threads: gunicorn -k gthread --threads 8"
)
NO_THREADS: str = (
    "uWSGI lets no thread of Python run beside the request. Add to its configuration: enable-threads = true "
    "(on the command line: --enable-threads)"
)


def find_obstacle() -> str:
    """Why this process can't run us, with the line that mends it; empty where it can."""
    uwsgi = sys.modules.get("uwsgi")
    if uwsgi is not None:
        options = {name.decode() if isinstance(name, bytes) else name for name in getattr(uwsgi, "opt", {})}
        if options.isdisjoint(("enable-threads", "threads")):
            return NO_THREADS
    gevent = sys.modules.get("gevent.monkey")
    if gevent is not None and gevent.is_module_patched("threading"):
        return GREEN.format("gevent")
    eventlet = sys.modules.get("eventlet.patcher")
    if eventlet is not None and eventlet.is_monkey_patched("thread"):
        return GREEN.format("eventlet")
    return ""
