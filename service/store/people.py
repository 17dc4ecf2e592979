"""Users, their sessions, and keys for programs. Of tokens and keys only hashes are kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row, delete, insert, select, update

from schemas.errors import UsageError
from service.store.audit import note
from service.store.rows import add_missing
from service.store.store import Store
from service.store.tables import api_keys, sessions, users

Role = Literal["viewer", "reviewer", "admin"]
_PROXIED = "!"  # no password matches: only the proxy vouches for this user
_SHORTEST = 10  # characters of a password


@dataclass(frozen=True, slots=True)
class User:
    name: str
    role: Role
    disabled: bool = False


def add_user(store: Store, name: str, password: str, role: Role, actor: str) -> User:
    """A new user.

    Raises:
        UsageError: if the name is taken, or the password too short.
    """
    if len(password) < _SHORTEST:
        raise UsageError(f"a password needs {_SHORTEST} characters or more.")
    row = _row(store, name, _hashed(password), role)
    with store.database.write() as connection:
        if connection.execute(select(users.c.name).where(users.c.name == name)).first():
            raise UsageError(f"there is a user {name} already.")
        connection.execute(insert(users).values(row))
        note(connection, store, actor, "user added", name, {"role": role})
    return User(name, role)


def change_user(
    store: Store,
    name: str,
    actor: str,
    *,
    role: Role | None = None,
    password: str | None = None,
    disabled: bool | None = None,
) -> bool:
    """Whether there was such a user. A new password or a disabled user ends all sessions."""
    values: dict[str, Any] = {}
    if role is not None:
        values["role"] = role
    if disabled is not None:
        values["disabled"] = disabled
    if password is not None:
        if len(password) < _SHORTEST:
            raise UsageError(f"a password needs {_SHORTEST} characters or more.")
        values["password"] = _hashed(password)
    with store.database.write() as connection:
        found = connection.execute(select(users.c.name).where(users.c.name == name)).first()
        if found is None:
            return False
        if values:
            connection.execute(update(users).where(users.c.name == name).values(**values))
        if password is not None or disabled:
            connection.execute(delete(sessions).where(sessions.c.user_name == name))
        shown = {key: value for key, value in values.items() if key != "password"}
        note(connection, store, actor, "user changed", name, shown)
    return True


def list_users(store: Store) -> list[User]:
    with store.database.read() as connection:
        rows = connection.execute(select(users).order_by(users.c.name))
        return [User(r.name, r.role, r.disabled) for r in rows]


def sign_in(store: Store, name: str, password: str, hours: int) -> str | None:
    """The token of a new session; None where name or password are wrong.

    As slow for a name that is not there as for one that is.
    """
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerifyMismatchError

    with store.database.read() as connection:
        row = connection.execute(select(users).where(users.c.name == name)).first()
    known = row is not None and not row.disabled and row.password != _PROXIED
    try:
        PasswordHasher().verify(row.password if row is not None and known else _NOBODY, password)
    except (VerifyMismatchError, InvalidHashError):
        return None
    if not known:
        return None
    token = secrets.token_urlsafe(32)
    now = store.clock()
    with store.database.write() as connection:
        connection.execute(delete(sessions).where(sessions.c.expires < now))
        connection.execute(
            insert(sessions).values(
                token_hash=_digest(token), user_name=name, created=now, expires=now + hours * 3600
            )
        )
        note(connection, store, name, "signed in", name)
    return token


# argon2 of a random string that nobody kept.
_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$zGyvhtNUGIgmwTAaEHhPuA"
    "$I4AZH1/KoMh3mw4qzrqgvgn2SXIYyAp2TyQTVJpxbxY"
)


def sign_out(store: Store, token: str) -> None:
    with store.database.write() as connection:
        connection.execute(delete(sessions).where(sessions.c.token_hash == _digest(token)))


def find_session(store: Store, token: str) -> User | None:
    """Whose session that is; None where it ended or never was."""
    query = (
        select(users)
        .join(sessions, sessions.c.user_name == users.c.name)
        .where(sessions.c.token_hash == _digest(token), sessions.c.expires > store.clock())
    )
    with store.database.read() as connection:
        row = connection.execute(query).first()
    return User(row.name, row.role) if row and not row.disabled else None


def find_or_add_proxied(store: Store, name: str) -> User | None:
    """The user whom a trusted proxy names; the first becomes admin, later ones viewers."""
    with store.database.read() as connection:
        row = connection.execute(select(users).where(users.c.name == name)).first()
    if row is not None:
        return None if row.disabled else User(row.name, row.role)
    with store.database.write() as connection:
        first = connection.execute(select(users.c.name).limit(1)).first() is None
        role: Role = "admin" if first else "viewer"
        add_missing(connection, users, [_row(store, name, _PROXIED, role)])
        note(connection, store, name, "user added", name, {"role": role, "by": "proxy"})
    return User(name, role)


def add_api_key(store: Store, name: str, role: Role, actor: str) -> tuple[str, str]:
    """The id of a new key and the key itself, which is shown this once."""
    key, made = f"cf_{secrets.token_urlsafe(32)}", store.new_id()
    with store.database.write() as connection:
        connection.execute(
            insert(api_keys).values(
                id=made,
                name=name,
                role=role,
                key_hash=_digest(key),
                created=store.clock(),
                created_by=actor,
            )
        )
        note(connection, store, actor, "key added", made, {"name": name, "role": role})
    return made, key


def list_api_keys(store: Store) -> Sequence[Row[Any]]:
    with store.database.read() as connection:
        return connection.execute(select(api_keys).order_by(api_keys.c.id)).all()


def remove_api_key(store: Store, key: str, actor: str) -> bool:
    """Whether it was there."""
    with store.database.write() as connection:
        done = connection.execute(delete(api_keys).where(api_keys.c.id == key)).rowcount == 1
        if done:
            note(connection, store, actor, "key removed", key)
    return done


def find_api_key(store: Store, key: str) -> User | None:
    """A program's key as a user named ``key:NAME``."""
    query = select(api_keys).where(api_keys.c.key_hash == _digest(key))
    with store.database.read() as connection:
        row = connection.execute(query).first()
    return User(f"key:{row.name}", row.role) if row else None


def _row(store: Store, name: str, password: str, role: Role) -> dict[str, Any]:
    return {
        "name": name,
        "role": role,
        "password": password,
        "created": store.clock(),
        "disabled": False,
    }


def _hashed(password: str) -> str:
    from argon2 import PasswordHasher

    return PasswordHasher().hash(password)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
