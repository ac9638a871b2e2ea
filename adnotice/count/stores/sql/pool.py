"""A pool of connections that leaves none open once it was disposed of."""

from __future__ import annotations

from sqlalchemy.pool import ConnectionPoolEntry, QueuePool


class ClosingPool(QueuePool):
    """As SQLAlchemy's, whose connections that are lent, or being made, while it is disposed of come back to a pool that nobody asks
    any more: left to the collector there, they would hold their file or their place on the server."""

    _disposed = False
    _sqla_logger_namespace = "sqlalchemy.pool.impl.ClosingPool"
    """What SQLAlchemy calls its logger by: under `adnotice` each site that logs at INFO would read of every pool."""

    def dispose(self) -> None:
        """Closes every connection, those that are out when they come back."""
        self._disposed = True
        super().dispose()

    def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
        super()._do_return_conn(record)
        if self._disposed:  # asked afterwards: it may be just now
            super().dispose()
