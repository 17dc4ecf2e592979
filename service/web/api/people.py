"""Who may come in: sessions, users, keys for programs; and the audit of what was done."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, SecretStr

from schemas.decisions import Name
from service.store.audit import rows as audit_rows
from service.store.people import (
    Role,
    add_api_key,
    add_user,
    change_user,
    list_api_keys,
    list_users,
    remove_api_key,
    sign_in,
    sign_out,
)
from service.web.api.models import Identifier, Model, Taken, moment
from service.web.doors import OpenDoors
from service.web.people import COOKIE, Admin, Viewer, require_same_origin
from service.web.problems import ANSWERS, Refusal, not_found

router = APIRouter(tags=["people"], responses=ANSWERS)

UserName = Annotated[str, Field(pattern=r"^[\w.@+-]{1,100}$")]
Password = Annotated[SecretStr, Field(min_length=10, max_length=1000)]


class SessionIn(Taken):
    name: Name
    password: Annotated[SecretStr, Field(max_length=1000)]


class PersonOut(Model):
    """Who asks; ``local`` where there is no login."""

    name: str
    role: Role


class UserIn(Taken):
    name: UserName
    password: Password
    role: Role


class UserChange(Taken):
    role: Role | None = None
    password: Password | None = None
    disabled: bool | None = None


class UserOut(Model):
    name: str
    role: Role
    disabled: bool


class UsersOut(Model):
    items: list[UserOut]


class KeyIn(Taken):
    name: Name
    role: Role


class KeyOut(Model):
    """A key; ``key`` itself is shown once, when it is made."""

    id: str
    name: str
    role: Role
    created: datetime
    key: str | None = None


class KeysOut(Model):
    items: list[KeyOut]


class AuditOut(Model):
    number: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    hash: str


class AuditPage(Model):
    items: list[AuditOut]
    next: int | None


@router.post("/sessions", status_code=201, operation_id="sign_in")
def begin(request: Request, response: Response, doors: OpenDoors, sent: SessionIn) -> PersonOut:
    """Signs in: the answer sets a cookie that scripts can't read."""
    require_same_origin(request)
    settings = doors.settings
    if settings.auth != "accounts":
        raise Refusal(409, "no_login", "there is no login here: nobody needs to sign in.")
    peer = request.client.host if request.client else ""
    tries = f"{peer} {sent.name}"
    if not doors.attempts.allows(tries):
        raise Refusal(
            429,
            "too_many_attempts",
            "too many attempts: wait five minutes.",
            headers={"Retry-After": "300"},
        )
    password = sent.password.get_secret_value()
    token = sign_in(doors.store, sent.name, password, settings.session_hours)
    if token is None:
        raise Refusal(401, "wrong_password", "name or password are wrong.")
    doors.attempts.forget(tries)
    response.set_cookie(
        COOKIE,
        token,
        max_age=settings.session_hours * 3600,
        httponly=True,
        samesite="strict",
        secure=settings.secure_cookies,
        path="/",
    )
    found = next(user for user in list_users(doors.store) if user.name == sent.name)
    return PersonOut(name=found.name, role=found.role)


@router.get("/sessions/current", operation_id="who_am_i")
def current(person: Viewer) -> PersonOut:
    """Who asks."""
    return PersonOut(name=person.name, role=person.role)


@router.delete("/sessions/current", status_code=204, operation_id="sign_out")
def end(request: Request, response: Response, doors: OpenDoors, _person: Viewer) -> None:
    """Signs out."""
    token = request.cookies.get(COOKIE)
    if token:
        sign_out(doors.store, token)
    response.delete_cookie(COOKIE, path="/")


@router.get("/users", operation_id="list_users")
def users(doors: OpenDoors, _person: Admin) -> UsersOut:
    items = [
        UserOut(name=u.name, role=u.role, disabled=u.disabled) for u in list_users(doors.store)
    ]
    return UsersOut(items=items)


@router.post("/users", status_code=201, operation_id="add_user")
def new_user(doors: OpenDoors, person: Admin, sent: UserIn) -> UserOut:
    password = sent.password.get_secret_value()
    made = add_user(doors.store, sent.name, password, sent.role, person.name)
    return UserOut(name=made.name, role=made.role, disabled=False)


@router.patch("/users/{name}", status_code=204, operation_id="change_user")
def changed(doors: OpenDoors, person: Admin, name: UserName, sent: UserChange) -> None:
    """Changes a user; a new password, or disabling, ends all sessions of that user."""
    password = sent.password.get_secret_value() if sent.password else None
    done = change_user(
        doors.store,
        name,
        person.name,
        role=sent.role,
        password=password,
        disabled=sent.disabled,
    )
    if not done:
        raise not_found("user")


@router.get("/keys", operation_id="list_keys")
def keys(doors: OpenDoors, _person: Admin) -> KeysOut:
    items = [
        KeyOut(id=row.id, name=row.name, role=row.role, created=moment(row.created))
        for row in list_api_keys(doors.store)
    ]
    return KeysOut(items=items)


@router.post("/keys", status_code=201, operation_id="add_key")
def new_key(doors: OpenDoors, person: Admin, sent: KeyIn) -> KeyOut:
    """A new key for a program; it is shown in this answer and never again."""
    made, key = add_api_key(doors.store, sent.name, sent.role, person.name)
    created = moment(doors.store.clock())
    return KeyOut(id=made, name=sent.name, role=sent.role, created=created, key=key)


@router.delete("/keys/{key}", status_code=204, operation_id="remove_key")
def remove(doors: OpenDoors, person: Admin, key: Identifier) -> None:
    if not remove_api_key(doors.store, key, person.name):
        raise not_found("key")


@router.get("/audit", operation_id="list_audit")
def audit(
    doors: OpenDoors,
    _person: Admin,
    subject: Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: Annotated[int, Query(ge=0, le=2**62)] = 0,
) -> AuditPage:
    """What was done, in order; each row's hash covers the row before."""
    found = audit_rows(doors.store, subject=subject, after=cursor, limit=limit)
    items = [
        AuditOut(
            number=row.number,
            at=moment(row.at),
            actor=row.actor,
            action=row.action,
            subject=row.subject,
            detail=row.detail,
            hash=row.hash,
        )
        for row in found
    ]
    return AuditPage(items=items, next=items[-1].number if len(items) == limit else None)
