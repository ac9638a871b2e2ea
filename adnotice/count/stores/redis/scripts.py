"""The Lua that runs inside Redis or Valkey: a shard's part of a batch in one step, and one value of many buckets.

A bucket is a hash: a value's name to its counts (see `counters`). One field a value keeps a bucket's cap exact (HLEN)
and its memory small. Who gets a name is decided as `count.model.cardinality` says, by each shard for itself.
"""

from __future__ import annotations

import hashlib
from typing import Final, NamedTuple

from adnotice.count.model.cardinality import APART_SECONDS
from adnotice.count.model.tally import OTHER, REPORTED, Metric
from adnotice.count.stores.redis.counters import LANE_BYTES, LANES

REPORTED_LANES: Final = [LANES.index(metric) * LANE_BYTES for metric in REPORTED]
INJECTED_LANE: Final = LANES.index(Metric.INJECTED) * LANE_BYTES
SERVED_LANE: Final = LANES.index(Metric.SERVED) * LANE_BYTES
TRIES: Final = 50
"""So many names are looked at, at most, to find the one with the fewest views: nobody else waits for long."""

SCHEMA: Final = "2"
"""The schema that this code reads and writes."""

OTHER_SCHEMA: Final = "SCHEMA"
"""How the answer of a shard begins that has another schema than ours, or none."""


class Script(NamedTuple):
    """Lua and the name under which a server that has seen it knows it."""

    source: str
    sha: str


def _script(source: str) -> Script:
    return Script(source, hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest())


COMMIT: Final = _script(
    f"""
-- KEYS: replays, index of buckets, sites, the schema; then the ids; then the buckets, each one with a cap followed by three of its
-- own: who waits for a name by digest, their ranks, and the names by views, too few until they are looked at.
-- ARGV: [now, [expiry of each id], groups, month], now and expiries in ms; then our schema. A group: [site, [key number, cap, room, seconds
-- kept, ...] of its buckets, the longest first, [value, [lane, n, ...], ...], views until a value is named]; cap 0: none.
-- Answers with the places of ids that had been counted, and then has counted nothing: ask again without them.
-- Where the shard has another schema, nothing is written.
local schema = redis.call('GET', KEYS[4])
if schema ~= ARGV[2] then return redis.error_reply('{OTHER_SCHEMA} ' .. (schema or 'none')) end
local batch = cmsgpack.unpack(ARGV[1])
local now, expiries, groups, month = unpack(batch)
local seconds = math.floor(now / 1000)
local seen = {{}}
if #expiries > 0 then
  local held = redis.call('MGET', unpack(KEYS, 5, 4 + #expiries))
  for i = 1, #expiries do
    if held[i] and tonumber(held[i]) > now then seen[#seen + 1] = i - 1 end
  end
end
if #seen > 0 then
  redis.call('INCR', KEYS[1]) -- a write of our own: WAIT then also waits for what came before it on other connections
  return seen
end
for i = 1, #expiries do
  redis.call('SET', KEYS[4 + i], expiries[i], 'PX', math.max(expiries[i] - now, 0) + 60000)
end

local function lane(held, at)
  return #held > at and struct.unpack('<I{LANE_BYTES}', held, at + 1) or 0
end

local function add(held, counts)
  for c = 1, #counts, 2 do
    local at = counts[c]
    held = held .. string.rep('\0', at + {LANE_BYTES} - #held)
    local sum = struct.unpack('<I{LANE_BYTES}', held, at + 1) + counts[c + 1]
    held = held:sub(1, at) .. struct.pack('<I{LANE_BYTES}', sum) .. held:sub(at + {LANE_BYTES} + 1)
  end
  return held
end

local function lanes_of(held, sign)
  local counts = {{}}
  for at = 0, #held - 1, {LANE_BYTES} do
    local n = lane(held, at)
    if n > 0 then
      counts[#counts + 1] = at
      counts[#counts + 1] = sign * n
    end
  end
  return counts
end

local function views(held)
  local reported = 0
  for _, at in ipairs({{{", ".join(map(str, REPORTED_LANES))}}}) do reported = reported + lane(held, at) end
  return math.max(reported, lane(held, {INJECTED_LANE}), lane(held, {SERVED_LANE}))
end

local function add_to_other(key, counts)
  if #counts > 0 then redis.call('HSET', key, '{OTHER}', add(redis.call('HGET', key, '{OTHER}') or '', counts)) end
end

-- Lets a value wait; without room the one with the lowest rank gives way, and the newcomer is ranked as if it had had its views.
local function wait(bucket, digest, first, over, held)
  if redis.call('HEXISTS', bucket.waiting, digest) == 0 and redis.call('HLEN', bucket.waiting) >= bucket.room then
    local lowest = redis.call('ZPOPMIN', bucket.ranks)
    redis.call('HDEL', bucket.waiting, lowest[1])
    over = math.max(over, tonumber(lowest[2]))
  end
  redis.call('HSET', bucket.waiting, digest, struct.pack('<I{LANE_BYTES}I{LANE_BYTES}', first, over) .. held)
  redis.call('ZADD', bucket.ranks, over + views(held), digest)
  redis.call('EXPIRE', bucket.waiting, bucket.kept)
  redis.call('EXPIRE', bucket.ranks, bucket.kept)
end

local function digest_of(value)
  return redis.sha1hex(value):sub(1, 16)
end

-- Takes the name from the value with the fewest views, if those are fewer than n; how many it had is looked up as it comes up.
local function make_free(bucket, n)
  if redis.call('EXISTS', bucket.names) == 0 then
    local all = redis.call('HGETALL', bucket.key)
    for i = 1, #all, 2 do
      if all[i] ~= '{OTHER}' then redis.call('ZADD', bucket.names, views(all[i + 1]), all[i]) end
    end
    redis.call('EXPIRE', bucket.names, bucket.kept)
  end
  for _ = 1, {TRIES} do
    local lowest = redis.call('ZRANGE', bucket.names, 0, 0, 'WITHSCORES')
    if not lowest[1] or tonumber(lowest[2]) >= n then return false end
    local held = redis.call('HGET', bucket.key, lowest[1])
    local has = held and views(held) or 0
    if has == tonumber(lowest[2]) then
      redis.call('ZREM', bucket.names, lowest[1])
      redis.call('HDEL', bucket.key, lowest[1])
      add_to_other(bucket.key, lanes_of(held, 1))
      wait(bucket, digest_of(lowest[1]), 0, 0, held)
      return lowest[1]
    end
    if held then redis.call('ZADD', bucket.names, has, lowest[1]) else redis.call('ZREM', bucket.names, lowest[1]) end
  end
  return false
end

-- Counts a value that has no name in this bucket: under one from now on, or under the rest. Says whether it has one now.
local function admit(bucket, value, counts, trusted, enough)
  local digest = digest_of(value)
  local waits = redis.call('HGET', bucket.waiting, digest)
  local first, last, over, before = seconds, seconds, 0, ''
  if waits then
    first, over = struct.unpack('<I{LANE_BYTES}I{LANE_BYTES}', waits)
    first, last = math.min(first, seconds), math.max(first, seconds) -- what came first may be told last
    before = waits:sub({2 * LANE_BYTES + 1})
  end
  local held = add(before, counts)
  local n = views(held)
  local named = false
  if trusted or (n >= enough and last - first >= {APART_SECONDS}) then
    named = bucket.names_given < bucket.cap
    if named then
      bucket.names_given = bucket.names_given + 1
    else
      local loser = make_free(bucket, n)
      if loser then
        bucket.held[loser] = nil
        named = true
      end
    end
  end
  if not named then
    add_to_other(bucket.key, counts)
    wait(bucket, digest, first, over, held)
    return false
  end
  if waits then
    redis.call('HDEL', bucket.waiting, digest)
    redis.call('ZREM', bucket.ranks, digest)
    add_to_other(bucket.key, lanes_of(before, -1))
  end
  redis.call('HSET', bucket.key, value, held)
  if redis.call('EXISTS', bucket.names) == 1 then
    redis.call('ZADD', bucket.names, n, value)
    redis.call('EXPIRE', bucket.names, bucket.kept)
  end
  return true
end

for _, group in ipairs(groups) do
  local site, numbers, values, enough = unpack(group)
  local buckets, trusted = {{}}, {{}}
  for b = 1, #numbers, 4 do
    local at = numbers[b]
    local key = KEYS[at]
    if redis.call('EXISTS', key) == 0 then
      redis.call('ZADD', KEYS[2], 0, key)
      redis.call('ZADD', KEYS[3], 'GT', month, site)
    end
    local bucket = {{key = key, cap = numbers[b + 1], room = numbers[b + 2], kept = numbers[b + 3], held = {{}}}}
    if bucket.cap > 0 then
      bucket.waiting, bucket.ranks, bucket.names = KEYS[at + 1], KEYS[at + 2], KEYS[at + 3]
      bucket.names_given = redis.call('HLEN', key) - redis.call('HEXISTS', key, '{OTHER}')
    end
    for v = 1, #values, 2 do
      local held = redis.call('HGET', key, values[v])
      if held then
        bucket.held[values[v]] = held
        trusted[values[v]] = true
      end
    end
    buckets[#buckets + 1] = bucket
  end
  for _, bucket in ipairs(buckets) do -- the longest first: a month's names are trusted in an hour
    for v = 1, #values, 2 do
      local value, counts = values[v], values[v + 1]
      local held = bucket.held[value]
      if held or bucket.cap == 0 or value == '{OTHER}' then
        if value == '{OTHER}' then held = redis.call('HGET', bucket.key, value) end -- others may have been added to it
        redis.call('HSET', bucket.key, value, add(held or '', counts))
      elseif admit(bucket, value, counts, trusted[value] or enough <= 1, enough) then
        trusted[value] = true
      end
    end
  end
end
return seen
"""
)

POINTS: Final = _script(
    """
-- KEYS: buckets. ARGV: a value. Answers with this value's counts in each bucket.
local answers = {}
for b = 1, #KEYS do answers[b] = redis.call('HGET', KEYS[b], ARGV[1]) or '' end
return answers
"""
)

MOVE: Final = _script(
    f"""
-- KEYS: index of buckets; then pairs of buckets: an old one, and the one that takes its counts.
-- Adds each old bucket's counts to the other's and takes it away. Done again, or by two at once, it changes nothing more.
for b = 2, #KEYS, 2 do
  local old, new = KEYS[b], KEYS[b + 1]
  local held = redis.call('HGETALL', old)
  for i = 1, #held, 2 do
    local more, sum = held[i + 1], redis.call('HGET', new, held[i]) or ''
    sum = sum .. string.rep('\\0', #more - #sum)
    for at = 0, #more - 1, {LANE_BYTES} do
      local n = struct.unpack('<I{LANE_BYTES}', more, at + 1) + struct.unpack('<I{LANE_BYTES}', sum, at + 1)
      sum = sum:sub(1, at) .. struct.pack('<I{LANE_BYTES}', n) .. sum:sub(at + {LANE_BYTES} + 1)
    end
    redis.call('HSET', new, held[i], sum)
  end
  redis.call('UNLINK', old)
  redis.call('ZREM', KEYS[1], old)
  redis.call('ZADD', KEYS[1], 0, new)
end
return #KEYS
"""
)
