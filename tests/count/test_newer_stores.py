"""A store that a later adnotice wrote: this one refuses it with the remedy, and touches nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
import redis

from adnotice.cli import main
from adnotice.count.model.tally import Batch, Dimension, Entry, Key, Metric
from adnotice.count.stores.protocol import Unusable
from adnotice.count.stores.redis.store import RedisStore
from adnotice.count.stores.redis.versions import new_bucket
from adnotice.count.stores.sql.schema import SCHEMA
from adnotice.vocabulary import Unavailable
from tests.count.old_stores import FAR, SOON_AFTER, OldStore, old_redis, old_sqlite, open_at

CLEAR = Key("news.example", Dimension.ALL, "", Metric.CLEAR)


def commit(store: RedisStore, name: str) -> list[bool]:
    """One clear view more."""
    return store.commit(Batch(SOON_AFTER, (Entry(name, FAR, (CLEAR,)),)))


@pytest.fixture
def two_shards(redis_url: str) -> OldStore:
    """Two shards of our schema."""
    old = old_redis("shards", f"{redis_url}&shards=2")
    store = open_at(old.url)
    store.migrate(lambda _: None)
    store.close()
    return old


def set_everywhere(old: OldStore, schema: str, *, announced: bool) -> None:
    """As a later version begins: first the shards have its schema, at last the store."""
    store = open_at(old.url)
    assert isinstance(store, RedisStore)
    tags = store.nodes.tags
    with redis.Redis() as client:
        for tag in tags[:-1]:
            client.set(f"{tag}:schema", schema)
        if announced:
            client.hset(f"{tags[-1]}:meta", "schema", schema)
    store.close()


def test_a_redis_store_of_a_later_schema_is_refused_and_not_touched(two_shards: OldStore) -> None:
    set_everywhere(two_shards, "3", announced=True)
    before = two_shards.raw()
    store = open_at(two_shards.url)
    for use in (
        lambda: commit(store, "view"),  # type: ignore[arg-type]
        lambda: store.notes.put("mode", "off"),
        lambda: store.prune(FAR),
        lambda: store.migrate(lambda _: None),
        store.plan,
        store.sites,
    ):
        with pytest.raises(Unusable, match=r"has schema 3, this adnotice knows up to 2\. Upgrade adnotice"):
            use()
    assert two_shards.raw() == before
    store.close()


def test_a_running_worker_writes_nothing_from_the_moment_a_later_version_begins(two_shards: OldStore) -> None:
    store = open_at(two_shards.url)
    assert isinstance(store, RedisStore)
    assert commit(store, "before") == [True]
    set_everywhere(two_shards, "3", announced=False)
    before = two_shards.raw()
    for _ in range(3):
        with pytest.raises(Unavailable, match="has just changed its schema, or was emptied"):
            commit(store, "meanwhile")
    assert two_shards.raw() == before, "no id either: it counts once, wherever it is sent next"
    set_everywhere(two_shards, "3", announced=True)
    with pytest.raises(Unusable, match="Upgrade adnotice"):
        commit(store, "after")
    store.close()


def test_a_redis_store_that_is_emptied_under_way_is_begun_anew(two_shards: OldStore) -> None:
    store = open_at(two_shards.url)
    assert isinstance(store, RedisStore)
    assert commit(store, "before") == [True]
    with redis.Redis() as client:
        client.delete(*two_shards.raw())
    with pytest.raises(Unavailable, match="or was emptied"):
        commit(store, "after")
    assert commit(store, "after") == [True]
    assert store.plan().found == SCHEMA
    store.close()


def test_a_sqlite_file_of_a_later_schema_is_refused_and_not_touched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADNOTICE_TIMEZONE", "Europe/Berlin")
    old = old_sqlite(tmp_path)
    store = open_at(old.url, migrates=True)
    store.sites()
    with store.writing() as cursor:  # type: ignore[attr-defined]
        cursor.execute("UPDATE adnotice_meta SET value = '3' WHERE name = 'schema'")
        cursor.execute(f"ALTER TABLE adnotice_journal_{SCHEMA} RENAME TO adnotice_journal_3")
    with pytest.raises(Unavailable):
        store.commit(Batch(SOON_AFTER, (Entry("view", FAR, (CLEAR,)),)))
    with pytest.raises(Unusable, match=r"has schema 3, this adnotice knows up to 2\. Upgrade adnotice"):
        store.commit(Batch(SOON_AFTER, (Entry("view", FAR, (CLEAR,)),)))
    assert store.sites(), "it is read still"
    store.close()
    before = old.raw()
    assert main(["migrate", "--store", old.url]) == 1
    assert "Upgrade adnotice" in capsys.readouterr().err
    assert main(["mode", "off", "--no-wait", "--store", old.url]) == 1
    store = open_at(old.url, migrates=True)
    assert "Upgrade adnotice" in store.health().problem
    store.close()
    assert old.raw() == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{a}:t:day:2026-10-25:evidence:news.example", "{a}:t:day:2026-10-25:ground:news.example"),
        ("{a}:t:hour:2026-10-25T02:evidence:größte.example", "{a}:t:hour:2026-10-25T02:ground:größte.example"),
        ("{a}:t:hour:2026-10-25T02+02:00:evidence:s", "{a}:t:hour:2026-10-25T02+02:00:ground:s"),
        ("{a}:t:hour:2026-10-25T02-03:30:evidence:host:8080", "{a}:t:hour:2026-10-25T02-03:30:ground:host:8080"),
        ("{a}:t:day:2026-10-25:page:x:evidence:y", "{a}:t:day:2026-10-25:page:x:evidence:y"),
        (
            "{a}:t:day:2026-10-25:page:{a}:t:day:2026-10-25:evidence:y",
            "{a}:t:day:2026-10-25:page:{a}:t:day:2026-10-25:evidence:y",
        ),
        ("{a}:t:day:2026-10-25:evidence:a\nb", "{a}:t:day:2026-10-25:ground:a\nb"),
    ],
)
def test_a_bucket_is_renamed_by_its_dimension_alone(old: str, new: str) -> None:
    assert new_bucket(old) == new
