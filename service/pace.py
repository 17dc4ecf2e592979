"""Requests and tokens a minute, kept by all workers together in Redis."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from worker.llm.pace import MINUTE, LocalPace, Pace, Rates

# One minute slides over what was sent. The server's clock counts, for those of workers differ.
_TAKE = """
local now = redis.call('TIME')
local at = now[1] + now[2] / 1000000
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', at - ARGV[1])
local held = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
local count, used = #held / 2, 0
for i = 1, #held, 2 do used = used + tonumber(string.match(held[i], ':(%d+)$')) end
local requests, tokens, wanted = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local full = requests > 0 and count >= requests
local over = tokens > 0 and used + wanted > tokens
if count > 0 and (full or over) then
  return tostring(math.max(held[2] + ARGV[1] - at, 0.01))
end
local number = redis.call('INCR', KEYS[1] .. ':n')
redis.call('ZADD', KEYS[1], at, number .. ':' .. wanted)
redis.call('EXPIRE', KEYS[1], ARGV[1] * 2)
redis.call('EXPIRE', KEYS[1] .. ':n', ARGV[1] * 2)
return '0'
"""


@dataclass
class SharedPace:
    """The rates of one endpoint, kept under ``name``; by this process alone while Redis is away."""

    client: Any
    name: str
    rates: Rates
    alone: LocalPace = field(init=False)

    def __post_init__(self) -> None:
        self.alone = LocalPace(self.rates)

    def take(self, tokens: int) -> float:
        from redis.exceptions import RedisError

        limits = (MINUTE, self.rates.requests or 0, self.rates.tokens or 0, tokens)
        try:
            return float(self.client.eval(_TAKE, 1, f"crossfoot:pace:{self.name}", *limits))
        except RedisError:
            return self.alone.take(tokens)


def shared_pace(broker: str, name: str, rates: Rates) -> Pace:
    """The pace that all workers on one broker keep; a process's own where nothing is bounded."""
    if rates == Rates():
        return LocalPace(rates)
    from redis import Redis

    url = broker.replace("redis+socket://", "unix://")
    client = Redis.from_url(url, socket_timeout=2, socket_connect_timeout=1)
    return SharedPace(client, name, rates)
