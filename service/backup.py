"""``crossfoot backup`` and ``restore``: all rows and all files as one TAR, for any database.

Rows are written as JSON lines, table by table, from one consistent view; then the files that
they name. So a backup of SQLite can be restored into PostgreSQL, and the other way round.
What lives for minutes only (sessions, idempotency keys) is left out.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, text

from schemas.errors import UsageError
from service.blobs.port import BlobStore
from service.store.migrate import HEAD
from service.store.store import Store
from service.store.tables import audit_head, documents, idempotency, metadata, sessions
from service.version import crossfoot_version

_PASSING = (sessions.name, idempotency.name)
_ABOUT = "crossfoot-backup.json"


def back_up(store: Store, blobs: BlobStore, target: Path) -> int:
    """Writes the backup to ``target``, whole or not at all; how many documents are in it.

    Raises:
        UsageError: if it can't be written there.
    """
    handle, part = tempfile.mkstemp(dir=target.parent, prefix=".crossfoot-backup-")
    try:
        with os.fdopen(handle, "wb") as file:
            with tarfile.open(fileobj=file, mode="w") as archive:
                count = _write(store, blobs, archive)
            file.flush()
            os.fsync(file.fileno())
        Path(part).chmod(0o600)  # it holds what documents say, and hashes of passwords
        Path(part).replace(target)
    except OSError as error:
        raise UsageError(f"can't write {target}: {error.strerror or error}.") from error
    finally:
        Path(part).unlink(missing_ok=True)
    return count


def _write(store: Store, blobs: BlobStore, archive: tarfile.TarFile) -> int:
    names: list[str] = []
    with store.database.read() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
        about = {"crossfoot": crossfoot_version(), "tables": HEAD}
        _add(archive, _ABOUT, json.dumps(about).encode())
        count = int(connection.execute(select(func.count()).select_from(documents)).scalar_one())
        for table in _kept_tables():
            with tempfile.TemporaryFile() as held:
                for row in connection.execution_options(yield_per=500).execute(select(table)):
                    said = dict(row._mapping)
                    held.write(json.dumps(said, ensure_ascii=False).encode() + b"\n")
                    if table.name == "blobs":
                        names.append(said["sha256"])
                info = tarfile.TarInfo(f"tables/{table.name}.jsonl")
                info.size = held.tell()
                held.seek(0)
                archive.addfile(info, held)
    for name in names:
        _add(archive, f"blobs/{name}", blobs.get(name))
    return count


def _kept_tables() -> list[Table]:
    """Parents before children."""
    return [table for table in metadata.sorted_tables if table.name not in _PASSING]


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    archive.addfile(info, io.BytesIO(content))


def restore(store: Store, blobs: BlobStore, source: Path) -> int:
    """Puts a backup into an empty database; how many documents came. Files first, then rows.

    Raises:
        UsageError: if the database is not empty, or the file is no whole backup of this version.
    """
    with store.database.read() as connection:
        if connection.execute(select(documents.c.id).limit(1)).first() is not None:
            raise UsageError("the database holds documents: restore into an empty one.")
    try:
        with tarfile.open(source) as archive:
            _require_version(archive)
            for member in archive:
                if member.name.startswith("blobs/"):
                    _restore_blob(archive, member, blobs)
            return _restore_rows(store, archive)
    except (tarfile.TarError, OSError, KeyError, ValueError) as error:
        raise UsageError(f"{source} is no whole backup ({type(error).__name__}).") from error


def _require_version(archive: tarfile.TarFile) -> None:
    about = json.loads(_content(archive, archive.getmember(_ABOUT)))
    if about["tables"] != HEAD:
        raise UsageError(
            f"the backup is of Crossfoot {about['crossfoot']}: restore it with that version, "
            "then start this one on the same database."
        )


def _restore_blob(archive: tarfile.TarFile, member: tarfile.TarInfo, blobs: BlobStore) -> None:
    content = _content(archive, member)
    name = member.name.removeprefix("blobs/")
    if hashlib.sha256(content).hexdigest() != name:
        raise UsageError(f"the backup's blob {name[:12]}… is damaged: take another backup.")
    blobs.put(content)


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    if file is None:
        raise ValueError(f"{member.name} is no file")
    return file.read()


def _restore_rows(store: Store, archive: tarfile.TarFile) -> int:
    with store.database.write() as connection:
        connection.execute(delete(audit_head))
        for table in _kept_tables():
            member = archive.getmember(f"tables/{table.name}.jsonl")
            for rows in _groups(_content(archive, member)):
                connection.execute(insert(table), rows)
        return _count(connection)


def _groups(content: bytes) -> Iterator[list[dict[str, Any]]]:
    rows = [json.loads(line) for line in content.splitlines()]
    for start in range(0, len(rows), 500):
        yield rows[start : start + 500]


def _count(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(documents)).scalar_one())
