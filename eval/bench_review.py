"""How fast the pages of review answer while the database is full.

    python -m eval.bench_review --out out/bench-review.json [--documents 1000]
                                [--database postgresql://…]

Made documents of one table each, with 100 cells and one sum that does not hold, go in through
the front door as one archive and are read like any other. Then a reviewer's requests are
timed one after another from outside, on the same machine; what is reported is the median and
the slowest of each.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pymupdf

ROWS, COLUMNS = 10, 10  # of figures, the total's among them
_CROSSFOOT = "import sys; from service.cli import main; sys.exit(main())"
_LABELS = [
    "人员经费",
    "办公费",
    "印刷费",
    "水电费",
    "差旅费",
    "会议费",
    "培训费",
    "维修费",
    "其他支出",
]


def made_document(number: int) -> bytes:
    """One page with a ruled table that adds up, but for one misprinted figure."""
    rng = random.Random(number)
    body = [[rng.randint(100, 99999) for _ in range(COLUMNS - 1)] for _ in range(ROWS - 1)]
    lines = [[sum(line), *line] for line in body]
    total = [sum(column) for column in zip(*lines, strict=True)]
    total[1 + number % (COLUMNS - 1)] += 900
    header = ["项目", "合计", *(f"来源{n}" for n in range(1, COLUMNS))]
    printed = [
        header,
        ["合计", *(f"{value / 100:.2f}" for value in total)],
        *(
            [f"{label}"] + [f"{v / 100:.2f}" for v in line]
            for label, line in zip(_LABELS, lines, strict=False)
        ),
    ]
    pdf = pymupdf.open()
    page = pdf.new_page(width=842, height=595)
    shape = page.new_shape()  # one stroke of the pen for all: many times faster
    shape.insert_text((300, 50), f"第{number}号单位支出表", fontsize=14, fontname="china-s")
    shape.insert_text((700, 75), "单位：万元", fontsize=9, fontname="china-s")
    xs = [25 + 72 * n for n in range(COLUMNS + 2)]
    ys = [85 + 26 * n for n in range(len(printed) + 1)]
    for x in xs:
        shape.draw_line((x, ys[0]), (x, ys[-1]))
    for y in ys:
        shape.draw_line((xs[0], y), (xs[-1], y))
    for y, line in zip(ys, printed, strict=False):
        for x, text in zip(xs, line, strict=False):
            shape.insert_text((x + 4, y + 17), text, fontsize=9, fontname="china-s")
    shape.finish(width=0.6)
    shape.commit()
    content: bytes = pdf.tobytes(deflate=True)
    pdf.close()
    return content


def archive(documents: int) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        for number in range(documents):
            made.writestr(f"unit-{number:05}.pdf", made_document(number))
    return held.getvalue()


@contextmanager
def served(home: Path, database: str | None) -> Iterator[httpx.Client]:
    """A service of its own, asked over one connection."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    settings = {"CROSSFOOT_HOME": str(home), "CROSSFOOT_PAGE_SECONDS": "300"}
    if database:
        settings["CROSSFOOT_DATABASE_URL"] = database
    command = [sys.executable, "-c", _CROSSFOOT, "serve", "--port", str(port)]
    process = subprocess.Popen(command, env={**os.environ, **settings})
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:
            _until(lambda: client.get("/health").status_code == 200, 60)
            yield client
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _until(true: Callable[[], bool], seconds: float) -> None:
    for _ in range(int(seconds / 0.2)):
        try:
            if true():
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise TimeoutError("the service did not get there")


def fill(client: httpx.Client, documents: int, patience: float) -> float:
    """Sends the documents and waits until all are read; the seconds it took."""
    begun = time.perf_counter()
    files = {"files": ("units.zip", archive(documents), "application/zip")}
    answer = client.post("/api/v1/documents", files=files, timeout=600)
    answer.raise_for_status()
    batch = answer.json()["batch"]["id"]
    _until(lambda: bool(client.get(f"/api/v1/batches/{batch}").json()["finished"]), patience)
    return time.perf_counter() - begun


def measure(client: httpx.Client, rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each kind of request of a reviewer at work, in the order they were made."""
    api, times = "/api/v1", dict[str, list[float]]()

    def timed(name: str, method: str, path: str, **more: Any) -> Any:
        begun = time.perf_counter()
        answer = client.request(method, path, **more)
        times.setdefault(name, []).append(1000 * (time.perf_counter() - begun))
        answer.raise_for_status()
        kind = answer.headers.get("content-type", "")
        return answer.json() if kind.startswith("application/json") else answer.content

    cursor: str | None = None
    for _ in range(rounds):
        timed("first page", "GET", "/")
        timed("documents", "GET", f"{api}/documents", params={"limit": 50})
        timed("documents by name", "GET", f"{api}/documents", params={"search": "unit-0042"})
        more = {"cursor": cursor} if cursor else {}
        queue = timed("queue of doubts", "GET", f"{api}/doubts", params={"limit": 50, **more})
        cursor, doubt = queue["next"], queue["items"][0]
        here = f"{api}/documents/{doubt['document']}"
        place = {name: doubt[name] for name in ("table", "row", "column")}
        timed("desk", "GET", f"/documents/{doubt['document']}")
        timed("document", "GET", here)
        result = timed("result", "GET", f"{here}/result")
        timed("page sizes", "GET", f"{here}/pages")
        timed("page image", "GET", f"{here}/pages/1/image", params={"width": 900})
        box = dict(zip(("x0", "y0", "x1", "y1"), _box(result, place), strict=True))
        timed("ink", "GET", f"{here}/pages/1/crop", params={**box, "width": 400})
        timed("what readings would do", "GET", f"{here}/consequences", params=place)
        body = {"version": doubt["version"], "decisions": [{"kind": "source_error", **place}]}
        timed("decision", "POST", f"{here}/corrections", json=body)
        timed("history", "GET", f"{here}/corrections")
        timed("workbook", "GET", f"{here}/exports/xlsx")
    return times


def _box(result: dict[str, Any], place: dict[str, str]) -> Sequence[float]:
    rows = next(t["rows"] for t in result["tables"] if t["id"] == place["table"])
    cells = next(r["cells"] for r in rows if r["id"] == place["row"])
    found: Sequence[float] = cells[place["column"]]["bbox"]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=60, help="how often each is asked")
    parser.add_argument("--database", help="URL of an empty database (default: SQLite)")
    parser.add_argument(
        "--home", type=Path, help="folder of a service that is full already: measured as it is"
    )
    parser.add_argument("--patience", type=float, default=3600, help="seconds to wait for reading")
    parser.add_argument("--out", type=Path, required=True)
    told = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="crossfoot-bench-") as fresh,
        served(told.home or Path(fresh), told.database) as client,
    ):
        seconds = None if told.home else round(fill(client, told.documents, told.patience), 1)
        times = measure(client, told.rounds)
        totals = client.get("/api/v1/doubts", params={"limit": 1}).json()["total"]
    kinds = {
        name: {"median_ms": round(statistics.median(held), 1), "slowest_ms": round(max(held), 1)}
        for name, held in times.items()
    }
    everything = [one for held in times.values() for one in held]
    report = {
        "database": (told.database or "sqlite").split(":")[0],
        "documents": told.documents,
        "cells": told.documents * ROWS * COLUMNS,
        "read_seconds": seconds,
        "doubts_left": totals,
        "median_ms": round(statistics.median(everything), 1),
        "kinds": kinds,
    }
    told.out.parent.mkdir(parents=True, exist_ok=True)
    told.out.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    print(json.dumps(report, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
