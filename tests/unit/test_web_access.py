"""Who is let in by the web, and what every answer carries."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from service.settings import Settings, read_settings
from service.store.people import Role, add_api_key, add_user
from service.web.app import create_app, open_doors
from service.web.doors import Doors
from tests.canaries import PASSWORD


class House:
    """An application with its doors open, asked in this process."""

    def __init__(self, settings: Settings) -> None:
        self.doors: Doors = open_doors(settings)
        self.app: FastAPI = create_app(self.doors)
        self.cookies = httpx.Cookies()

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, client=("127.0.0.1", 5))
            async with httpx.AsyncClient(
                transport=transport, base_url="http://127.0.0.1", cookies=self.cookies
            ) as client:
                answer = await client.request(method, path, **more)
                self.cookies = client.cookies
                return answer

        return asyncio.run(asked())

    def close(self) -> None:
        self.doors.cages.close()
        self.doors.store.database.close()


@pytest.fixture
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    auth = getattr(request, "param", "accounts")
    told = {
        "CROSSFOOT_HOME": str(tmp_path),
        "CROSSFOOT_AUTH": auth,
        "CROSSFOOT_BROKER_URL": "redis://127.0.0.1:1/0",  # nobody listens there
    }
    held = House(read_settings(told))
    yield held
    held.close()


def sign_in(house: House) -> httpx.Response:
    """Signs a new admin in."""
    add_user(house.doors.store, "ann", PASSWORD, "admin", "test")
    sent = {"name": "ann", "password": PASSWORD}
    return house.ask("POST", "/api/v1/sessions", json=sent)


CALLS = [
    ("GET", "/api/v1/documents", "viewer"),
    ("GET", "/api/v1/doubts", "viewer"),
    ("POST", "/api/v1/documents", "reviewer"),
    ("DELETE", f"/api/v1/documents/{'0' * 28}", "reviewer"),
    ("POST", f"/api/v1/documents/{'0' * 28}/approval", "reviewer"),
    ("GET", "/api/v1/users", "admin"),
    ("GET", "/api/v1/keys", "admin"),
    ("GET", "/api/v1/audit", "admin"),
    ("GET", "/api/v1/webhooks", "admin"),
]
RANK: tuple[Role, ...] = ("viewer", "reviewer", "admin")


def test_each_call_asks_for_its_role(house: House) -> None:
    keys = {role: add_api_key(house.doors.store, role, role, "test")[1] for role in RANK}
    for method, path, needed in CALLS:
        assert house.ask(method, path).status_code == 401
        for role, key in keys.items():
            answer = house.ask(method, path, headers={"Authorization": f"Bearer {key}"})
            refused = answer.status_code == 403
            assert refused == (RANK.index(role) < RANK.index(needed)), f"{method} {path} {role}"


def test_a_cookie_is_out_of_reach_of_scripts_and_other_sites(house: House) -> None:
    cookie = sign_in(house).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_the_page_of_another_site_changes_nothing(house: House, headers: dict[str, str]) -> None:
    assert sign_in(house).status_code == 201
    sent = {"name": "eve", "password": PASSWORD, "role": "admin"}
    answer = house.ask("POST", "/api/v1/users", json=sent, headers=headers)
    assert (answer.status_code, answer.json()["category"]) == (403, "cross_site")
    names = [user["name"] for user in house.ask("GET", "/api/v1/users").json()["items"]]
    assert "eve" not in names


def test_a_key_lets_a_program_in(house: House) -> None:
    _, key = add_api_key(house.doors.store, "scanner", "viewer", "test")
    answer = house.ask("GET", "/api/v1/documents", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200
    wrong = house.ask("GET", "/api/v1/documents", headers={"Authorization": f"Bearer {key}x"})
    assert wrong.status_code == 401


def test_guessing_passwords_is_slowed_down(house: House) -> None:
    wrong = {"name": "guessed", "password": "not this one"}
    codes = [house.ask("POST", "/api/v1/sessions", json=wrong).status_code for _ in range(12)]
    assert codes[:10] == [401] * 10
    assert codes[10:] == [429, 429]


@pytest.mark.parametrize("house", ["proxy"], indirect=True)
def test_the_header_of_the_proxy_names_the_user(house: House) -> None:
    assert house.ask("GET", "/api/v1/documents").status_code == 401
    for name, role in (("ann", "admin"), ("bob", "viewer")):
        named = {"X-Forwarded-User": name}
        who = house.ask("GET", "/api/v1/sessions/current", headers=named)
        assert who.json() == {"name": name, "role": role}


@pytest.mark.parametrize("path", ["/health", "/api/v1/documents", "/nowhere"])
def test_every_answer_says_what_a_browser_may_do_with_it(house: House, path: str) -> None:
    headers = house.ask("GET", path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("house", ["local"], indirect=True)
def test_without_a_broker_documents_are_taken_in_all_the_same(house: House) -> None:
    ready = house.ask("GET", "/ready")
    assert (ready.status_code, ready.json()["parts"]["broker"]) == (200, "down")
    sent = {"files": ("a.pdf", b"%PDF-1.7\nrest")}
    answer = house.ask("POST", "/api/v1/documents", files=sent)
    assert answer.status_code == 201
    assert answer.json()["items"][0]["document"]["status"] == "queued"


@pytest.mark.parametrize("house", ["local"], indirect=True)
@pytest.mark.parametrize(
    ("content", "headers", "status", "category"),
    [
        (b"", {}, 415, "upload:form"),
        (b"junk", {"Content-Type": "multipart/form-data; boundary=x"}, 400, "upload:form"),
        (
            b'--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n%PDF-',
            {"Content-Type": "multipart/form-data; boundary=x"},
            400,
            "upload:cut",
        ),
        (
            b'--x\r\nContent-Disposition: form-data; name="other"\r\n\r\n1\r\n--x--\r\n',
            {"Content-Type": "multipart/form-data; boundary=x"},
            422,
            "upload:empty",
        ),
        (
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n%PDF-'
            + b"0" * 100_000
            + b"\r\n--x--\r\n",
            {"Content-Type": "multipart/form-data; boundary=x"},
            400,
            "upload:form",
        ),
    ],
)
def test_an_odd_upload_is_refused_and_leaves_nothing(
    house: House, content: bytes, headers: dict[str, str], status: int, category: str
) -> None:
    answer = house.ask("POST", "/api/v1/documents", content=content, headers=headers)
    assert (answer.status_code, answer.json()["category"]) == (status, category)
    assert answer.headers["content-type"] == "application/problem+json"
    assert list(house.doors.settings.incoming.iterdir()) == []
    assert house.ask("GET", "/api/v1/documents").json()["items"] == []


@pytest.mark.parametrize("house", ["local"], indirect=True)
def test_a_file_in_another_field_is_told_where_it_belongs(house: House) -> None:
    sent = {"document": ("a.pdf", b"%PDF-1.7\n" + b"0" * 100_000)}
    answer = house.ask("POST", "/api/v1/documents", files=sent)
    assert answer.status_code == 400
    assert "“files”" in answer.json()["detail"]
