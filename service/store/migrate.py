"""Bringing the tables of a database to the version that this code knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text

from schemas.errors import UsageError
from service.store.database import Database

HEAD = "0002"
"""The newest version; a test holds it equal to what the migrations say."""
_LOCK = 0x63726F7373  # the number of the advisory lock under which PostgreSQL is migrated


def migrate_database(database: Database) -> None:
    """Runs the migrations that are missing; cheap where there are none.

    Raises:
        UsageError: if the tables are of a newer Crossfoot.
    """
    with database.read() as connection:
        if _version(connection) == HEAD:
            return
    with database.write() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK})
        if _version(connection) != HEAD:
            _upgrade(connection)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return str(found) if found is not None else None


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.util.exc import CommandError

    config = alembic_config()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise UsageError(
            f"the database is of another Crossfoot ({error}): start the version that made it, "
            "or restore a backup of this one."
        ) from error


def alembic_config() -> Any:
    """Alembic's configuration: the scripts inside this package."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
