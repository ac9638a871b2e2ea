"""What every server under test needs, imported once by the fork server and by nobody else."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Final

MODULES: Final = (
    *("adnotice.middleware", "adnotice.composition", "adnotice.insight.dashboard", "sqlalchemy.dialects.sqlite"),
    *("uvicorn", "uvicorn.config", "uvicorn.lifespan.on", "uvicorn.loops.auto", "uvicorn.main"),
    *("uvicorn.protocols.http.auto", "uvicorn.protocols.websockets.auto"),
    *("starlette.applications", "starlette.staticfiles", "httpx", "ua_parser", "anyio._backends._asyncio"),
)

if "TEST_COMPILED" in os.environ:
    sys.path.insert(0, os.environ["TEST_COMPILED"])  # as tests/conftest.py does, before the checkout is looked at
for name in MODULES:
    importlib.import_module(name)
