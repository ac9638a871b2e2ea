"""What only Redis and its cluster have: shards, scripts, replicas, and failing in part."""

from __future__ import annotations

import subprocess
import sys
import time
import uuid
from collections import Counter
from datetime import UTC, date, datetime

import pytest
import redis
from redis.crc import key_slot

from adnotice.count.model.tally import Batch, Count, Dimension, Entry, Grain, Key, Metric, Period
from adnotice.count.settings import CountSettings
from adnotice.count.stores.protocol import Partial
from adnotice.count.stores.redis.address import SLOTS, Node, read_address, spread_tags
from adnotice.count.stores.redis.counters import LANE_BYTES, LANES, name_lanes, read_lanes
from adnotice.count.stores.redis.nodes import AGAIN, Nodes, Parser
from adnotice.count.stores.redis.store import RedisStore
from adnotice.vocabulary import Unavailable
from tests.count.servers import Proxy, Redis, RedisCluster, running, wait_for

SITE = "news.example.test"
CLEAR = Key(SITE, Dimension.ALL, "", Metric.CLEAR)


def entries(count: int, *keys: Key) -> tuple[Entry, ...]:
    """Entries with ids of their own, each counting one clear view, and these keys."""
    return tuple(Entry(uuid.uuid4().hex, time.time() + 600, (CLEAR, *keys)) for _ in range(count))


def today() -> Period:
    day = datetime.now(UTC).date()
    return Period(date.fromordinal(day.toordinal() - 1), day)


def clear_views(store: RedisStore) -> int:
    """How many clear views the store has counted today."""
    return sum(count.n for count in store.counts(SITE, Dimension.ALL, today()) if count.metric is Metric.CLEAR)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("redis://h?shards=0", "store_url must have shards from 1 to 512, got '0'"),
        ("redis://h?replicas=many", "store_url must have replicas from 0 to 16, got 'many'"),
        ("redis://h?ssl=1", "store_url takes the options prefix, shards and replicas, got ssl"),
        ("redis://h?prefix={a}", "store_url must have a prefix of letters, digits, '-', '_' and '.', got '{a}'"),
        ("redis://a,b", "store_url with 2 servers must begin with redis+cluster://"),
        ("redis+cluster://a/3", "store_url must name no database but 0 for a Redis Cluster, got '3'"),
        ("redis+sentinel://a", "store_url must begin with redis://"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_with_the_remedy(url: str, said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("{", r"\{").replace("+", r"\+")):
        RedisStore(url)


def test_a_url_is_shown_without_user_and_password() -> None:
    address = read_address(
        "rediss+cluster://counter:se%40cret@a.example.test:7000,b.example.test,[::1]:7002/?shards=12"
    )
    assert address.shown == "rediss+cluster://a.example.test:7000,b.example.test:6379,[::1]:7002"
    assert address.of(address.nodes[1]) == "rediss://counter:se%40cret@b.example.test:6379"
    assert address.shards == 12


def test_a_missing_extra_says_what_to_install() -> None:
    program = "import sys; sys.modules['redis'] = None; import adnotice.count.stores.redis.store"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stderr.strip().endswith("Install it with: pip install 'adnotice[redis]'")


@pytest.mark.parametrize("primaries", [3, 6])
@pytest.mark.parametrize("shards", [6, 12, 96])
def test_every_primary_gets_the_same_share_of_the_shards(shards: int, primaries: int) -> None:
    slots = [key_slot(tag.encode()) for tag in spread_tags("adnotice", shards)[:-1]]
    assert set(Counter(slot * primaries // SLOTS for slot in slots).values()) == {shards // primaries}


def test_notes_stay_where_they_are_whatever_the_number_of_shards() -> None:
    assert {spread_tags("adnotice", shards)[-1] for shards in (1, 2, 6, 48)} == {"{adnotice}"}


@pytest.mark.parametrize(
    "refusal",
    [
        "MOVED 3999 127.0.0.1:6381",
        "ASK 3999 127.0.0.1:6381",
        "TRYAGAIN Multiple keys",
        "CLUSTERDOWN Hash slot not served",
    ],
)
def test_a_cluster_that_moves_its_shards_is_asked_again_whatever_the_version_of_the_driver(refusal: str) -> None:
    assert isinstance(Parser.parse_error(refusal), AGAIN)


def test_every_metric_keeps_its_lane() -> None:
    counts = {metric: 1 + 10**place for place, metric in zip(range(14), reversed(Metric), strict=False)}
    held = b""
    lanes = name_lanes(counts)
    for at, n in zip(lanes[::2], lanes[1::2], strict=True):
        held = held.ljust(at + LANE_BYTES, b"\0")
        held = held[:at] + n.to_bytes(LANE_BYTES, "little") + held[at + LANE_BYTES :]
    assert dict(read_lanes(3 * int.from_bytes(held, "little"))) == {metric: 3 * n for metric, n in counts.items()}
    assert sorted(LANES) == sorted(Metric), "a new metric needs a lane: at the end"
    assert LANES[:4] == (Metric.CLEAR, Metric.INJECTED, Metric.NOT_ASKED, Metric.BLOCKED_CONTENT)


def test_a_server_that_has_forgotten_its_scripts_is_given_them_again(redis_url: str) -> None:
    store = RedisStore(redis_url)
    assert store.commit(Batch(time.time(), entries(2))) == [True, True]
    with redis.Redis() as client:
        client.script_flush()
    assert store.commit(Batch(time.time(), entries(2))) == [True, True]
    assert clear_views(store) == 4


def test_an_id_that_stands_twice_in_a_batch_counts_once(redis_url: str) -> None:
    store = RedisStore(redis_url + "&shards=3")
    first, second = entries(2)
    assert store.commit(Batch(time.time(), (first, second, first))) == [True, True, False]
    assert store.commit(Batch(time.time(), (second, *entries(1), first))) == [False, True, False]
    assert clear_views(store) == 3


def test_ids_leave_the_server_by_themselves(redis_url: str) -> None:
    store = RedisStore(redis_url)
    (entry,) = entries(1)
    store.commit(Batch(time.time(), (entry,)))
    with redis.Redis() as client:
        (key,) = client.keys(f"*i:{entry.id}")
        assert 600 < client.ttl(key) <= 661


def test_settings_that_do_not_fit_what_is_kept_are_refused_with_the_remedy(redis_url: str) -> None:
    RedisStore(redis_url).notes.put("mode", "ask")
    RedisStore(redis_url).commit(Batch(time.time(), entries(1)))
    with pytest.raises(Unavailable, match=r"begun with timezone UTC, got Europe/Berlin. Set timezone back"):
        RedisStore(redis_url, CountSettings(timezone="Europe/Berlin")).commit(Batch(time.time(), entries(1)))
    assert "begun with shards 1, got 4" in RedisStore(redis_url + "&shards=4").health().problem


def test_health_names_the_server_settings_under_which_counts_can_be_lost(redis_url: str, own_redis: Redis) -> None:
    assert RedisStore(own_redis.url).health().banner == ""
    own_redis.cli("CONFIG", "SET", "appendfsync", "everysec")
    assert "appendfsync is everysec: set it to always" in RedisStore(own_redis.url).health().banner
    own_redis.kill()
    health = RedisStore(own_redis.url).health()
    assert health.problem.startswith(f"the store redis://127.0.0.1:{own_redis.port} does not answer")


def test_a_full_memory_refuses_and_evicts_nothing(own_redis: Redis) -> None:
    store = RedisStore(own_redis.url)
    store.commit(Batch(time.time(), entries(10)))
    own_redis.cli("CONFIG", "SET", "maxmemory", "1")
    refused = entries(3)
    with pytest.raises(Unavailable, match=r"used memory > .maxmemory."):
        store.commit(Batch(time.time(), refused))
    own_redis.cli("CONFIG", "SET", "maxmemory", "0")
    assert clear_views(store) == 10
    assert store.commit(Batch(time.time(), refused)) == [True] * 3


def test_what_was_acknowledged_outlives_kill_9(own_redis: Redis) -> None:
    store = RedisStore(own_redis.url)
    for _ in range(5):
        store.commit(Batch(time.time(), entries(20)))
        own_redis.kill()
        own_redis.start()
        wait_for(own_redis.ready)
    assert clear_views(store) == 100


def test_an_answer_that_comes_too_late_is_not_taken_for_the_next_one(own_redis: Redis) -> None:
    store = RedisStore(own_redis.url)
    store.notes.put("a", "first")
    store.notes.put("b", "second")
    own_redis.hang()
    with pytest.raises(Unavailable, match=r"[Tt]imeout"):
        store.notes.get("a")
    own_redis.wake()
    wait_for(lambda: store.health().problem == "")
    assert store.notes.get("b") == "second"


def test_a_hanging_server_costs_one_timeout_and_then_nothing(own_redis: Redis) -> None:
    store = RedisStore(own_redis.url)
    store.notes.get("a")
    own_redis.hang()
    took = []
    for _ in range(3):
        began = time.monotonic()
        with pytest.raises(Unavailable):
            store.notes.get("a")
        took.append(time.monotonic() - began)
    assert 1.9 < took[0] < 2.5
    assert max(took[1:]) < 0.05


def test_a_write_that_no_replica_confirmed_is_not_acknowledged_nor_counted_twice(own_redis: Redis) -> None:
    follower = Redis(own_redis.folder / "follower", "--replicaof", f"127.0.0.1 {own_redis.port}")
    with running(follower):
        wait_for(lambda: "state=online" in own_redis.cli("INFO", "replication"))
        store = RedisStore(own_redis.url + "?replicas=1")
        kept = entries(2)
        assert store.commit(Batch(time.time(), kept)) == [True, True]
        follower.hang()
        retried = entries(2)
        with pytest.raises(Unavailable, match="0 replicas confirmed the write, 1 must"):
            store.commit(Batch(time.time(), retried))
        time.sleep(1.3)
        with pytest.raises(Unavailable, match="0 replicas confirmed"):
            store.commit(Batch(time.time(), retried))  # already written: still no reason to acknowledge it
        follower.wake()
        wait_for(lambda: store.health().problem == "")
        wait_for(lambda: _committed(store, retried) == [False, False])
        assert clear_views(store) == 4


def _committed(store: RedisStore, batch: tuple[Entry, ...]) -> list[bool] | None:
    try:
        return store.commit(Batch(time.time(), batch))
    except Unavailable:
        return None


def test_shards_that_answer_are_acknowledged_when_another_does_not(cluster: RedisCluster, cluster_url: str) -> None:
    store = RedisStore(cluster_url)
    batch = Batch(time.time(), entries(60))
    store.commit(Batch(time.time(), entries(60)))
    owner = store.nodes.owner(2)
    assert owner is not None
    victim = next(server for server in cluster.servers if server.port == owner.port)
    victim.kill()
    with pytest.raises(Partial) as partial:
        store.commit(batch)
    fates = partial.value.fates
    assert set(fates) == {True, None}
    assert 5 <= fates.count(None) <= 35
    victim.start()
    wait_for(lambda: _committed(store, batch.entries) is not None, 30)
    assert store.commit(batch) == [False] * 60
    assert clear_views(store) == 120
    cluster.wait_until_whole()


def test_a_planned_failover_loses_nothing(cluster: RedisCluster, cluster_url: str) -> None:
    store = RedisStore(cluster_url)
    store.commit(Batch(time.time(), entries(30)))
    replica = next(server for server in cluster.servers if "role:slave" in server.cli("INFO", "replication"))
    assert replica.cli("CLUSTER", "FAILOVER").strip() == "OK"
    wait_for(lambda: "role:master" in replica.cli("INFO", "replication"))
    batch = entries(30)
    wait_for(lambda: _committed(store, batch) is not None)
    assert clear_views(store) == 60


def test_each_shard_gives_forged_pages_one_value_beyond_the_cap(redis_url: str) -> None:
    store = RedisStore(redis_url + "&shards=2", CountSettings(max_pages=50))
    forged = [entries(1, Key(SITE, Dimension.PAGE, f"/{n}", Metric.CLEAR))[0] for n in range(300)]
    store.commit(Batch(time.time(), tuple(forged[:150])))
    store.commit(Batch(time.time(), tuple(forged[150:])))
    day = today()
    named = store.counts(SITE, Dimension.PAGE, Period(day.last, day.last), limit=5000)
    assert len(named) == 2 * 50 + 1
    assert sum(count.n for count in named) == 300
    assert named[0] == Count("(other)", Metric.CLEAR, 200)
    first = forged[0].keys[1].value
    store.commit(
        Batch(time.time(), (Entry("another", time.time() + 60, (Key(SITE, Dimension.PAGE, first, Metric.CLEAR),)),))
    )
    again = store.counts(SITE, Dimension.PAGE, Period(day.last, day.last), limit=5000)
    assert len(again) == len(named)
    assert sum(count.n for count in again) == 301


def test_a_connection_cut_right_after_a_report_was_sent_counts_it_once(redis_url: str) -> None:
    proxy = Proxy(6379)
    store = RedisStore(redis_url.replace(":6379", f":{proxy.port}"))
    for _ in range(20):
        proxy.cut_after(b"EVALSHA")
        store.commit(Batch(time.time(), entries(3)))
    assert proxy.cuts == 20
    assert clear_views(store) == 60
    assert sum(point.n for point in store.points(SITE, Grain.DAY, today())) == 60
    store.close()
    proxy.close()


def test_notes_that_have_expired_leave_by_themselves(redis_url: str) -> None:
    now = time.time()
    store = RedisStore(redis_url + "&shards=2")
    for number in range(1_200):
        store.notes.put(f"session:{number}", "x", now - 1)
    store.notes.put("kept", "x")
    store.tend(now)
    assert store.notes.prune(now) == 0
    assert store.notes.get("kept") == "x"
    store.close()


def test_a_cluster_that_names_no_endpoint_means_the_server_that_was_asked() -> None:
    nodes = Nodes(read_address("redis+cluster://one.example:7000,two.example:7000"))
    nodes._learn(Node("one.example", 7000), [[0, 16383, [None, 7000, b"id"]]])
    assert set(nodes._owners) == {Node("one.example", 7000)}


def test_what_is_past_retention_leaves_in_small_steps(redis_url: str) -> None:
    store = RedisStore(redis_url + "&shards=2")
    now = time.time()
    store.commit(Batch(now, entries(20)))
    store.tend(now)
    before = {grain: len(store.points(SITE, grain, today())) for grain in Grain}
    assert before == dict.fromkeys(Grain, 1)
    removed = store.prune(now + 40 * 86_400)
    assert removed == 2
    assert {grain: len(store.points(SITE, grain, today())) for grain in Grain} == {**before, Grain.HOUR: 0}
    assert store.sites() == [SITE]
    assert store.prune(now + 900 * 86_400) == 6
    assert store.sites() == []
