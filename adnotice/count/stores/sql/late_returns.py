"""Connections that are out while all are closed: they come back to a pool that nobody uses any more, and are closed then."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.pool import ConnectionPoolEntry


def close_late_returns(engine: Engine) -> None:
    """Has such connections closed; left to the collector they would hold their file or their place on the server."""

    def note_pool(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["pool"] = engine.pool

    def close_if_late(_connection: Any, record: ConnectionPoolEntry) -> None:
        if record.info.get("pool") is not engine.pool:
            record.invalidate()

    event.listen(engine, "connect", note_pool)
    event.listen(engine, "checkin", close_if_late)
