"""Servers that stand on this machine: a Redis and a PostgreSQL, where they answer."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from redis import Redis
from redis.exceptions import RedisError

REDIS = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379")
POSTGRES = os.environ.get("POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")


@contextmanager
def database() -> Iterator[str]:
    """The URL of a new PostgreSQL database, gone afterwards."""
    name = f"crossfoot_test_{uuid.uuid4().hex[:12]}"
    try:
        server = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        pytest.skip(f"no PostgreSQL answers at {POSTGRES} (set POSTGRES_URL): {error}")
    with server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield f"{POSTGRES.rpartition('/')[0]}/{name}"
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def cut(url: str, spared: str | None = None) -> int:
    """Ends the connections to that database but those of the ``spared`` application; how many."""
    with psycopg.connect(url, autocommit=True, connect_timeout=3) as server:
        ended = server.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = %s AND pid <> pg_backend_pid()"
            " AND application_name IS DISTINCT FROM %s::text",
            (url.rpartition("/")[2], spared),
        ).fetchone()
    return int(ended[0]) if ended else 0


def redis_url(number: int) -> str:
    """The URL of one of Redis' numbered databases, emptied."""
    url = f"{REDIS}/{number}"
    client = Redis.from_url(url, socket_timeout=3)
    try:
        client.flushdb()
    except RedisError as error:
        pytest.skip(f"no Redis answers at {REDIS} (set REDIS_URL): {error}")
    finally:
        client.close()
    return url
