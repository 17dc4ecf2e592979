"""The database: SQLite in one file, or PostgreSQL; opened, migrated, and its transactions."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError

from schemas.errors import CrossfootError, UsageError
from service.store.forks import FORKS

_BUSY_SECONDS = 30
_TRIES = 6
_PAUSE = 0.1  # seconds before the second try, twice as long before each further one
_WRITE = "crossfoot_write"
T = TypeVar("T")


class DatabaseDown(CrossfootError):
    """The database does not answer."""

    category = "database"
    retry = True


@dataclass(frozen=True, slots=True)
class Database:
    """Transactions on one database. Nothing in them is seen by others before the end."""

    engine: Engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view; what is written in it is thrown away."""
        with FORKS.kept_off(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: all of it or nothing. On SQLite writers come one after another."""
        with (
            FORKS.kept_off(),
            self.engine.connect().execution_options(**{_WRITE: True}) as connection,
            connection.begin(),
        ):
            yield connection

    def transact(self, work: Callable[[Connection], T]) -> T:
        """What ``work`` returns, done in one transaction; again where others stood in the way.

        ``work`` must not change anything outside the database.
        """
        for left in reversed(range(_TRIES)):
            try:
                with self.write() as connection:
                    return work(connection)
            except DBAPIError as error:
                if not left or not _worth_another_try(error):
                    raise
                time.sleep(_PAUSE * 2 ** (_TRIES - 1 - left))
        raise AssertionError("unreachable")

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def ping(self) -> None:
        """Asks for an answer.

        Raises:
            DatabaseDown: if there is none.
        """
        try:
            with self.read() as connection:
                connection.execute(text("SELECT 1"))
        except SQLAlchemyError as error:
            raise DatabaseDown(_down(self.engine, error)) from error

    def close(self) -> None:
        self.engine.dispose()


def open_database(url: str, *, migrate: bool = True) -> Database:
    """The database at ``url``, its tables brought up to this version.

    Raises:
        UsageError: if the URL is no database that Crossfoot can use.
        DatabaseDown: if it does not answer.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise UsageError("CROSSFOOT_DATABASE_URL is no database URL.") from error
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise UsageError(
            f"CROSSFOOT_DATABASE_URL names {parsed.get_backend_name()}: "
            "Crossfoot keeps its rows in sqlite:///FILE or postgresql://HOST/NAME."
        )
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise UsageError("CROSSFOOT_DATABASE_URL must name a file: sqlite:////path/to/file.")
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, connect_args={"timeout": _BUSY_SECONDS})
        _speak_sqlite(engine)
        FORKS.close_before(engine)
    else:
        engine = create_engine(
            parsed,
            pool_size=10,
            max_overflow=20,
            pool_pre_ping=True,  # a server that was started again has cut them all
            connect_args={"connect_timeout": 5, "options": "-c lock_timeout=30000"},
        )
    database = Database(engine)
    try:
        if migrate:
            from service.store.migrate import migrate_database

            migrate_database(database)
    except (OperationalError, OSError, sqlite3.Error) as error:
        raise DatabaseDown(_down(engine, error)) from error
    return database


def _down(engine: Engine, error: Exception) -> str:
    place = engine.url.render_as_string(hide_password=True)
    said = str(getattr(error, "orig", None) or error).strip().splitlines()
    return f"the database {place} does not answer ({said[0] if said else 'no reason given'})."


def _speak_sqlite(engine: Engine) -> None:
    """WAL with a full sync at each commit; writers ask for the lock at once, not half way."""

    def connect(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={_BUSY_SECONDS * 1000}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    def begin(connection: Connection) -> None:
        write = connection.get_execution_options().get(_WRITE)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    event.listen(engine, "connect", connect)
    event.listen(engine, "begin", begin)


def _worth_another_try(error: DBAPIError) -> bool:
    """Deadlocks, lost connections and a database that others hold too long."""
    state = getattr(error.orig, "sqlstate", None)
    busy = isinstance(error, OperationalError) and "locked" in str(error.orig)
    return error.connection_invalidated or busy or state in ("40001", "40P01", "55P03")
