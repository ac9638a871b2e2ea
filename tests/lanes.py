"""Which tests `make fast` leaves out: those that start servers or programs, or wait for real seconds. `make test` has all, in
several processes: there what takes longest comes first, and what `make fast` runs comes last, so that all end together.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

HERE: Final = Path(__file__).parent

FOLDERS: Final = ("browser", "conformance", "django", "hostile", "wsgi")
MODULES: Final = (
    *(
        "test_compiled.py",
        "test_configuration.py",
        "test_demo.py",
        "test_going_live.py",
        "test_init.py",
        "test_litestar.py",
        "test_mode_off.py",
        "test_peace.py",
        "test_recipes.py",
        "test_sample.py",
    ),
    *("test_rows.py", "test_skips.py", "test_user_code.py", "test_whole_way.py", "test_wrong_store.py"),
    *("detect/test_baits.py", "detect/test_openapi.py", "detect/test_proxied.py", "doctor/test_nginx.py"),
    *("count/test_backup.py", "count/test_bending.py", "count/test_cardinality.py", "count/test_contract.py"),
    *("count/test_faults.py", "count/test_four_workers.py", "count/test_redis.py", "test_rejections.py"),
    *("count/test_heartbeat.py", "count/test_kill.py", "count/test_killed_migrations.py", "count/test_memory.py"),
    *("count/test_lock_holders.py", "count/test_privacy.py", "test_approval.py"),
    *("count/test_model.py", "count/test_newer_stores.py", "count/test_old_stores.py", "count/test_old_workers.py"),
    *("count/test_reliability.py", "count/test_said_at_start.py", "count/test_sqlite.py", "count/test_writer.py"),
    *("insight/test_login_flood.py", "insight/test_silence.py"),
)
MEASURED: Final = ("count/test_faults.py", "insight/test_login_flood.py")
"""Whole modules that hold times against bounds."""

LONGEST: Final = (
    *("test_compiled.py", "test_empty_memory.py", "detect/test_openapi.py", "conformance/test_starlette_suite.py"),
    *("browser/test_blockers.py", "browser/test_whole_way.py", "browser/test_page_life.py"),
)
FIXTURES: Final = {"cluster", "cluster_url", "own_redis", "own_postgresql", "postgresql_url", "redis_url"}


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What `-m` leaves out as a folder is not read: reading all the tests takes each process of a lane ten seconds."""
    marks = config.option.markexpr
    if collection_path.is_relative_to(HERE / "browser"):
        return True if marks.startswith("not (browser or") else None
    if marks.startswith("browser and") and not (HERE / "browser").is_relative_to(collection_path):
        return True
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks them, and puts them in order; within it modules stay in the order in which they came."""
    for item in items:
        path = item.path.relative_to(HERE)
        servers = FIXTURES & set(getattr(item, "fixturenames", ()))
        if path.as_posix() in MEASURED:
            item.add_marker(pytest.mark.measured)
        if path.parts[0] in FOLDERS or path.as_posix() in MODULES or servers:
            item.add_marker(pytest.mark.process)
    waiting = {item.path for item in items if any(map(item.get_closest_marker, ("process", "slow")))}
    longest = [HERE / name for name in LONGEST]
    items.sort(key=lambda item: (item.path not in longest, item.path not in waiting))
