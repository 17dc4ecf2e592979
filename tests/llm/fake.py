"""A language model over real HTTP on loopback: known rates of every fault, its own ledger."""

from __future__ import annotations

import json
import random
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = dict[str, Any]
Tell = Callable[[str, str], Answer]
"""Given the name of the form and the text of the request: the answer."""
Spoil = Callable[[Answer, str, random.Random], Answer]

TRANSPORT = ("429", "429_plain", "500", "503", "reset", "hang")
PROTOCOL = ("truncated", "refused", "filtered", "empty", "html", "bad_json", "extra_keys", "types")


@dataclass
class Ledger:
    """What the endpoint would bill: every answered request, with its tokens."""

    requests: int = 0
    answered: int = 0
    input: int = 0
    output: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    seen: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Fake:
    """``rates`` are chances of faults by name; names of ``spoils`` change true answers."""

    tell: Tell
    rates: Mapping[str, float] = field(default_factory=dict)
    spoils: Mapping[str, Spoil] = field(default_factory=dict)
    seed: int = 1
    hang: float = 2.0
    retry_after: str = "0.01"
    keep: bool = False
    ledger: Ledger = field(default_factory=Ledger)
    url: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._rng = random.Random(self.seed)

    def fault(self) -> str | None:
        with self._lock:
            drawn = self._rng.random()
            self.ledger.requests += 1
            for name, rate in self.rates.items():
                if drawn < rate:
                    self.ledger.faults[name] += 1
                    return name
                drawn -= rate
            return None

    def content(self, body: dict[str, Any], fault: str | None) -> str:
        form, text = asked(body)
        answer = self.tell(form, text)
        if fault is not None and fault in self.spoils:
            with self._lock:
                answer = self.spoils[fault](answer, form, self._rng)
        return json.dumps(answer, ensure_ascii=False)

    def bill(self, body: dict[str, Any], content: str) -> tuple[int, int]:
        words = len(json.dumps(body["messages"], ensure_ascii=False)) // 3, len(content) // 3 + 1
        with self._lock:
            self.ledger.answered += 1
            self.ledger.input += words[0]
            self.ledger.output += words[1]
            if self.keep:
                self.ledger.seen.append(body)
        return words


def asked(body: dict[str, Any]) -> tuple[str, str]:
    """The form that a request wants, and the text of its data (not of complaints)."""
    form = body["response_format"]["json_schema"]["name"]
    users = [m for m in body["messages"] if m["role"] == "user"]
    texts = [
        m["content"] if isinstance(m["content"], str) else m["content"][0]["text"] for m in users
    ]
    data = [text for text in texts if text.startswith("<ink")]
    return form, data[-1] if data else texts[-1]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fake: Fake

    def log_message(self, *_: object) -> None:
        return

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        fault = self.fake.fault()
        match fault:
            case "429":
                self._send(429, b'{"error": {"message": "slow down"}}', self.fake.retry_after)
            case "429_plain":
                self._send(429, b"{}")
            case "500" | "503":
                self._send(int(fault), b"upstream broke")
            case "reset":
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.connection.close()
                self.close_connection = True
            case "hang":
                time.sleep(self.fake.hang)
                self.close_connection = True
            case "html":
                self._send(200, b"<html><body>Bad gateway</body></html>", kind="text/html")
            case _:
                self._answer(body, fault)

    def _answer(self, body: dict[str, Any], fault: str | None) -> None:
        content = self.fake.content(body, fault)
        finish, refusal = "stop", None
        match fault:
            case "truncated":
                content, finish = content[: len(content) // 2], "length"
            case "refused":
                content, refusal = "", "I can't help with that."
            case "filtered":
                content, finish = "", "content_filter"
            case "empty":
                content = ""
            case "bad_json":
                content = "Here is the table: " + content[:-1]
            case "extra_keys":
                content = json.dumps({**json.loads(content), "thoughts": "hm"})
            case "types":
                content = json.dumps(dict.fromkeys(json.loads(content), "none"))
        used = self.fake.bill(body, content)
        message = {"role": "assistant", "content": content or None, "refusal": refusal}
        answer = {
            "id": "x", "object": "chat.completion", "created": 1, "model": body["model"],
            "choices": [{"index": 0, "finish_reason": finish, "message": message}],
            "usage": {
                "prompt_tokens": used[0], "completion_tokens": used[1], "total_tokens": sum(used),
            },
        }  # fmt: skip
        self._send(200, json.dumps(answer).encode())

    def _send(
        self, status: int, body: bytes, wait: str = "", kind: str = "application/json"
    ) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        if wait:
            self.send_header("retry-after", wait)
        self.end_headers()
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        return  # clients go away when they have waited long enough


@contextmanager
def served(fake: Fake) -> Iterator[Fake]:
    """The fake, listening at ``fake.url``."""
    handler = type("Handler", (_Handler,), {"fake": fake})
    with _Server(("127.0.0.1", 0), handler) as server:
        fake.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield fake
        finally:
            server.shutdown()
            thread.join(5)


# -- lies -----------------------------------------------------------------------------------


def _rows(answer: Answer, form: str) -> list[dict[str, Any]]:
    return answer["rows"] if form == "BlockAnswer" else []


def _figures(rows: Sequence[dict[str, Any]]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [(row, cell) for row in rows for cell in row["cells"] if cell["c"] > 0]


def invented(answer: Answer, form: str, rng: random.Random) -> Answer:
    """A number of ink that is not there."""
    for _, cell in _pick(_figures(_rows(answer, form)), rng):
        cell["ids"] = [cell["ids"][0] + rng.choice((500, 9000))]
    return answer


def swapped(answer: Answer, form: str, rng: random.Random) -> Answer:
    """Two figures in each other's place, in one row or in two."""
    figures = _figures(_rows(answer, form))
    if len(figures) > 1:
        (_, one), (_, other) = rng.sample(figures, 2)
        one["ids"], other["ids"] = other["ids"], one["ids"]
    return answer


def shifted(answer: Answer, form: str, rng: random.Random) -> Answer:
    """A figure, or a row's figures, one column further."""
    rows = _rows(answer, form)
    last = max((cell["c"] for _, cell in _figures(rows)), default=0)
    for row, cell in _pick(_figures(rows), rng):
        if rng.random() < 0.5:
            taken = {c["c"] for c in row["cells"]}
            free = [c for c in range(1, last + 1) if c not in taken]
            cell["c"] = rng.choice(free or [cell["c"] % max(last, 1) + 1])
        else:
            for each in row["cells"]:
                each["c"] = each["c"] + 1 if each["c"] else 0
    return answer


def shifted_rows(answer: Answer, form: str, _rng: random.Random) -> Answer:
    """The figures of each row put into the row after it."""
    rows = _rows(answer, form)
    held = [[cell for cell in row["cells"] if cell["c"] > 0] for row in rows]
    for row, cells in zip(rows, [held[-1:] and held[-1], *held[:-1]], strict=True):
        row["cells"] = [cell for cell in row["cells"] if cell["c"] == 0] + cells
    return answer


def dropped(answer: Answer, form: str, rng: random.Random) -> Answer:
    """A figure or a row left out, or said to be outside."""
    rows = _rows(answer, form)
    if rows:
        row = rng.choice(rows)
        gone = [row] if rng.random() < 0.5 else []
        cells = row["cells"] if gone else [rng.choice(row["cells"])]
        if rng.random() < 0.5:
            answer["outside"] += [i for cell in cells for i in cell["ids"]]
        for cell in cells if not gone else []:
            row["cells"].remove(cell)
        answer["rows"] = [r for r in rows if r not in gone]
    return answer


def doubled(answer: Answer, form: str, rng: random.Random) -> Answer:
    """A figure in two places."""
    figures = _figures(_rows(answer, form))
    if len(figures) > 1:
        (_, one), (_, other) = rng.sample(figures, 2)
        one["ids"] = [*one["ids"], *other["ids"]] if rng.random() < 0.5 else list(other["ids"])
    return answer


def misparented(answer: Answer, form: str, rng: random.Random) -> Answer:
    """Rows put under others, or under themselves."""
    rows = _rows(answer, form)
    ids = [cell["ids"][0] for row in rows for cell in row["cells"]]
    for row in rows:
        if rng.random() < 0.6:
            row["under"] = rng.choice([0, *ids])
    return answer


def renumbered(answer: Answer, form: str, rng: random.Random) -> Answer:
    """Numbers that are off by a few from some place on."""
    by = rng.choice((-2, -1, 1, 2))
    rows = _rows(answer, form)
    for row in rows[rng.randrange(max(len(rows), 1)) :]:
        for cell in row["cells"]:
            cell["ids"] = [max(i + by, 1) for i in cell["ids"]]
    return answer


def relabelled(answer: Answer, form: str, rng: random.Random) -> Answer:
    """Labels of other rows, and altered ones; headers over other columns."""
    rows = _rows(answer, form)
    if rows:
        rows[0]["label"], rows[-1]["label"] = rows[-1]["label"], rows[0]["label"]
    columns = answer.get("columns", [])
    if len(columns) > 2:
        a, b = rng.sample(range(1, len(columns)), 2)
        columns[a], columns[b] = columns[b], columns[a]
    return answer


def merged_rows(answer: Answer, form: str, rng: random.Random) -> Answer:
    """Two rows made one."""
    rows = _rows(answer, form)
    if len(rows) > 1:
        at = rng.randrange(len(rows) - 1)
        into, gone = rows[at], rows.pop(at + 1)
        for cell in gone["cells"]:
            same = next((c for c in into["cells"] if c["c"] == cell["c"]), None)
            if same is None:
                into["cells"].append(cell)
            else:
                same["ids"] += cell["ids"]
    return answer


def _pick(items: Sequence[Any], rng: random.Random) -> list[Any]:
    return [rng.choice(items)] if items else []


LIES: Mapping[str, Spoil] = {
    "invented": invented,
    "swapped": swapped,
    "shifted": shifted,
    "shifted_rows": shifted_rows,
    "dropped": dropped,
    "doubled": doubled,
    "misparented": misparented,
    "renumbered": renumbered,
    "relabelled": relabelled,
    "merged_rows": merged_rows,
}
