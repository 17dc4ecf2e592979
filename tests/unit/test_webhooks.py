"""Webhooks, delivered to a real listener: signed, tried again, and to no address inside."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from sqlalchemy import select

from schemas.errors import UsageError
from service.settings import Settings, read_settings
from service.store.results import Finding
from service.store.steps import Kept, Taker, claim, commit_opened, commit_page, commit_result
from service.store.tables import deliveries
from service.store.webhooks import Webhook, add_webhook
from service.webhook_sender import require_address, send_due
from tests.unit.store import Desk

FOUND = Finding("verified", 1, 2, 3, 0, 0, (), None, None)


@dataclass(slots=True)
class Listener:
    """Answers with the statuses it was told, one after another; keeps what it heard."""

    statuses: list[int]
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def listener() -> Iterator[Listener]:
    held = Listener([])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            held.heard.append((dict(self.headers), body))
            self.send_response(held.statuses.pop(0) if held.statuses else 200)
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    held.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield held
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    held = Desk.in_folder(tmp_path)
    yield held
    held.store.database.close()


@pytest.fixture
def inside(tmp_path: Path) -> Settings:
    return read_settings(
        {"CROSSFOOT_HOME": str(tmp_path), "CROSSFOOT_WEBHOOK_PRIVATE_ADDRESSES": "true"}
    )


def finished(desk: Desk) -> str:
    """A document that came to its end."""
    (taken,) = desk.send(desk.fresh("a.pdf"))
    while (held := claim(desk.store, Taker("w", 60))) is not None:
        match held.kind:
            case "open":
                commit_opened(desk.store, held, 1, 0.0)
            case "page":
                commit_page(desk.store, held, Kept("a" * 64, 1), 0.0)
            case _:
                commit_result(desk.store, held, Kept("b" * 64, 1), FOUND, 0.0)
    assert taken.document is not None
    return taken.document


def signed_by(hook: Webhook, headers: dict[str, str], body: bytes) -> bool:
    """As a listener checks it."""
    parts = dict(part.split("=", 1) for part in headers["Crossfoot-Signature"].split(","))
    said = hmac.new(hook.secret.encode(), f"{parts['t']}.".encode() + body, hashlib.sha256)
    return hmac.compare_digest(said.hexdigest(), parts["v1"])


def states(desk: Desk) -> list[tuple[str, int, str]]:
    with desk.store.database.read() as connection:
        rows = connection.execute(select(deliveries))
        return [(row.status, row.attempts, row.answer) for row in rows]


def test_a_message_is_signed_and_tried_again_until_it_is_taken(
    desk: Desk, inside: Settings, listener: Listener
) -> None:
    hook = add_webhook(desk.store, listener.url, "ann")
    document = finished(desk)
    listener.statuses = [500, 302, 200]
    for pause in (0, 5, 30):
        desk.clock.now += pause
        assert send_due(desk.store, inside) == 1
        assert send_due(desk.store, inside) == 0, "a pause lies between two tries"
    assert states(desk) == [("done", 3, "200")]
    assert len(listener.heard) == 3, "a redirect is not followed"
    assert len({headers["Crossfoot-Delivery"] for headers, _ in listener.heard}) == 1
    for headers, body in listener.heard:
        assert signed_by(hook, headers, body)
        told = json.loads(body)
        assert (told["event"], told["document"]) == ("document.finished", document)
        assert told["status"] == "verified"


def test_nobody_is_tried_for_ever(desk: Desk, inside: Settings, listener: Listener) -> None:
    add_webhook(desk.store, listener.url, "ann")
    finished(desk)
    listener.statuses = [500] * 50
    for _ in range(20):
        desk.clock.now += 7 * 3600
        send_due(desk.store, inside)
    assert [state[0] for state in states(desk)] == ["failed"]
    assert len(listener.heard) == 7


def test_no_message_goes_to_an_address_inside(desk: Desk, listener: Listener) -> None:
    careful = read_settings({})
    add_webhook(desk.store, listener.url, "ann")
    finished(desk)
    send_due(desk.store, careful)
    assert listener.heard == []
    for url in ("http://[::1]/x", "http://169.254.169.254/", "file:///etc/passwd", "http://a@b/"):
        with pytest.raises(UsageError):
            require_address(url, careful)
