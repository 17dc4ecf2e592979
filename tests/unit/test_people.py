"""Users, sessions and keys: who comes in, who no longer does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from schemas.errors import UsageError
from service.store.audit import rows
from service.store.people import (
    add_api_key,
    add_user,
    change_user,
    find_api_key,
    find_or_add_proxied,
    find_session,
    remove_api_key,
    sign_in,
    sign_out,
)
from tests.canaries import PASSWORD
from tests.unit.store import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    held = Desk.in_folder(tmp_path)
    yield held
    held.store.database.close()


def test_a_user_signs_in_and_out(desk: Desk) -> None:
    add_user(desk.store, "ann", PASSWORD, "reviewer", "test")
    token = sign_in(desk.store, "ann", PASSWORD, hours=1)
    assert token is not None
    user = find_session(desk.store, token)
    assert user is not None
    assert (user.name, user.role) == ("ann", "reviewer")
    sign_out(desk.store, token)
    assert find_session(desk.store, token) is None


def test_a_session_ends_with_its_time(desk: Desk) -> None:
    add_user(desk.store, "ann", PASSWORD, "viewer", "test")
    token = sign_in(desk.store, "ann", PASSWORD, hours=1)
    desk.clock.now += 3601
    assert token is not None
    assert find_session(desk.store, token) is None


@pytest.mark.parametrize(("name", "password"), [("ann", "wrong password"), ("bob", PASSWORD)])
def test_a_wrong_name_or_password_opens_nothing(desk: Desk, name: str, password: str) -> None:
    add_user(desk.store, "ann", PASSWORD, "viewer", "test")
    assert sign_in(desk.store, name, password, hours=1) is None


@pytest.mark.parametrize("change", [{"disabled": True}, {"password": "another password"}])
def test_a_changed_user_is_signed_out_everywhere(desk: Desk, change: dict[str, object]) -> None:
    add_user(desk.store, "ann", PASSWORD, "viewer", "test")
    token = sign_in(desk.store, "ann", PASSWORD, hours=1)
    assert change_user(desk.store, "ann", "admin", **change)  # type: ignore[arg-type]
    assert token is not None
    assert find_session(desk.store, token) is None
    assert sign_in(desk.store, "ann", PASSWORD, hours=1) is None


def test_a_short_password_and_a_taken_name_are_refused(desk: Desk) -> None:
    with pytest.raises(UsageError, match="10 characters"):
        add_user(desk.store, "ann", "short", "viewer", "test")
    add_user(desk.store, "ann", PASSWORD, "viewer", "test")
    with pytest.raises(UsageError, match="already"):
        add_user(desk.store, "ann", PASSWORD, "viewer", "test")


def test_a_key_works_until_it_is_removed(desk: Desk) -> None:
    made, key = add_api_key(desk.store, "scanner", "reviewer", "ann")
    found = find_api_key(desk.store, key)
    assert found is not None
    assert (found.name, found.role) == ("key:scanner", "reviewer")
    assert remove_api_key(desk.store, made, "ann")
    assert find_api_key(desk.store, key) is None


def test_the_first_whom_the_proxy_names_is_admin(desk: Desk) -> None:
    first, second = (find_or_add_proxied(desk.store, name) for name in ("ann", "bob"))
    assert first is not None
    assert second is not None
    assert (first.role, second.role) == ("admin", "viewer")
    assert sign_in(desk.store, "ann", "!", hours=1) is None, "only the proxy vouches for her"


def test_no_secret_is_kept_or_told(desk: Desk) -> None:
    add_user(desk.store, "ann", PASSWORD, "viewer", "test")
    token = sign_in(desk.store, "ann", PASSWORD, hours=1) or ""
    _, key = add_api_key(desk.store, "k", "viewer", "ann")
    change_user(desk.store, "ann", "test", password="another password")
    with desk.store.database.read() as connection:
        kept = str(
            [
                connection.execute(text(f"SELECT * FROM {table}")).all()
                for table in ("users", "sessions", "api_keys", "audit")
            ]
        )
    for secret in (PASSWORD, token, key, "another password"):
        assert secret
        assert secret not in kept
    assert "user added" in [row.action for row in rows(desk.store, limit=9)]
