"""The Lua that runs inside Redis or Valkey: a shard's part of a batch in one step, and one value of many buckets.

A bucket is a hash: a value's name to its counts (see lanes). One field a value keeps a bucket's cap exact (HLEN)
and its memory small.
"""

from __future__ import annotations

import hashlib
from typing import Final, NamedTuple

from adnotice.count.redis.lanes import LANE_BYTES
from adnotice.count.tally import OTHER

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
-- KEYS: replays, index of buckets, sites, the schema; then the ids; then the buckets.
-- ARGV: [now, [expiry of each id], [[site, [key number, cap, ...], [value, [lane, n, ...], ...]]...], month], times in ms; then our schema.
-- Answers with the places of ids that had been counted, and then has counted nothing: ask again without them.
-- Where the shard has another schema, nothing is written.
local schema = redis.call('GET', KEYS[4])
if schema ~= ARGV[2] then return redis.error_reply('{OTHER_SCHEMA} ' .. (schema or 'none')) end
local batch = cmsgpack.unpack(ARGV[1])
local now, expiries, groups, month = batch[1], batch[2], batch[3], batch[4]
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
for _, group in ipairs(groups) do
  local site, buckets, values = group[1], group[2], group[3]
  for b = 1, #buckets, 2 do
    local key, cap = KEYS[buckets[b]], buckets[b + 1]
    local known = redis.call('HLEN', key)
    if known == 0 then
      redis.call('ZADD', KEYS[2], 0, key)
      redis.call('ZADD', KEYS[3], 'GT', month, site)
    end
    for v = 1, #values, 2 do
      local value, counts = values[v], values[v + 1]
      local held = redis.call('HGET', key, value)
      if not held and known >= cap and known - redis.call('HEXISTS', key, '{OTHER}') >= cap then
        value = '{OTHER}'
        held = redis.call('HGET', key, value)
      end
      if not held then
        held = ''
        known = known + 1
      end
      for c = 1, #counts, 2 do
        local at = counts[c]
        held = held .. string.rep('\\0', at + {LANE_BYTES} - #held)
        local sum = struct.unpack('<I{LANE_BYTES}', held, at + 1) + counts[c + 1]
        held = held:sub(1, at) .. struct.pack('<I{LANE_BYTES}', sum) .. held:sub(at + {LANE_BYTES} + 1)
      end
      redis.call('HSET', key, value, held)
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
