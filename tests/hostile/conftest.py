"""Stores of the test's own."""

from tests.count.conftest import postgresql_url, sqlite_url

__all__ = ["postgresql_url", "sqlite_url"]
