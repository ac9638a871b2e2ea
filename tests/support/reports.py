"""Reports as honest browsers post them, signed here and now."""

from __future__ import annotations

import secrets
import time
from typing import Any

from adnotice.detect.baits import SCRIPT
from adnotice.detect.witness import Witnesses, probe_of
from adnotice.keys import Keys
from tests.conftest import SECRET
from tests.honest import BASE

OUTCOME = BASE + "/outcome"


def report(view: str | None = None, *, age: float = 0, secret: str = SECRET, **more: Any) -> dict[str, Any]:
    """A clear view's report, its witness made so many seconds ago with this secret."""
    view = view or secrets.token_hex(16)
    made = time.time() - age
    token = Witnesses(Keys(secret), 10, lambda: made).sign(SCRIPT.address(probe_of(view), 0))
    return {"id": view, "page": "/", "script": [token], **more}
