"""The redis package, where it is installed; else the sentence that says how to install it."""

from __future__ import annotations

try:
    import redis
    from redis.backoff import NoBackoff
    from redis.connection import DefaultParser
    from redis.crc import key_slot
    from redis.retry import Retry
except ImportError as error:
    raise ModuleNotFoundError(
        "a store_url that begins with redis needs the package redis. Install it with: pip install 'adnotice[redis]'",
        name="redis",
    ) from error

__all__ = ["DefaultParser", "NoBackoff", "Retry", "key_slot", "redis"]
