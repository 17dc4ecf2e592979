"""Pictures of every screen, in both languages: ``python -m tests.browser.screens FOLDER``.

An example in ruins is read and shown; at 1366x768, and the desk on a 4K screen too.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
from selenium.webdriver.common.keys import Keys

from tests.browser.clerk import Clerk, open_browser
from tests.browser.serving import serving
from tests.browser.test_review import EXAMPLES, ruined, upload

LANGUAGES = ("en", "zh")
PLAIN, LARGE = (1366, 768), (3840, 2160)
_DONE = {"verified", "review", "empty", "failed", "dead"}


def shots(folder: Path) -> Iterator[Path]:
    """Takes them all, each told when it is on disk."""
    with tempfile.TemporaryDirectory(prefix="crossfoot-screens-") as name:
        work = Path(name)
        paper, _ = ruined(work)
        with serving(work / "home") as address:
            document = _filled(address, paper, work)
            for language in LANGUAGES:
                yield from _of_language(folder, address, document, language, work)
        with serving(work / "guarded", {"CROSSFOOT_AUTH": "accounts"}) as address:
            for language in LANGUAGES:
                yield from _login(folder, address, language, work)


def _filled(address: str, paper: Path, work: Path) -> str:
    """A service that has read the paper, and a batch beside it; the paper's document."""
    clerk = Clerk(open_browser(work))
    try:
        document = upload(clerk, address, paper)
    finally:
        clerk.browser.quit()
    api = f"{address}/api/v1"
    examples = [EXAMPLES / "liwan-2024.pdf", EXAMPLES / "annex-turned-scan.pdf"]
    files = [("files", (p.name, p.read_bytes())) for p in examples]
    files.append(("files", ("notes.txt", b"no budget at all")))
    httpx.post(f"{api}/documents", files=files, params={"batch": "true"}, timeout=60)
    for _ in range(600):
        found = httpx.get(f"{api}/documents", timeout=60).json()["items"]
        if all(one["status"] in _DONE for one in found):
            break
        time.sleep(0.2)
    return document


def _of_language(
    folder: Path, address: str, document: str, language: str, work: Path
) -> Iterator[Path]:
    clerk = Clerk(open_browser(work, PLAIN, language))
    try:
        for name, path in (("documents", "/"), ("batches", "/batches"), ("queue", "/review")):
            clerk.browser.get(address + path)
            yield _shot(clerk, folder, name, language)
        clerk.browser.get(f"{address}/documents/{document}")
        clerk.until("document.querySelector('#grid td.figure')", 60)
        yield _shot(clerk, folder, "desk", language)
        for name, key in (("keys", "?"), ("history", "h")):
            clerk.press(key)
            yield _shot(clerk, folder, name, language)
            clerk.press(Keys.ESCAPE)
    finally:
        clerk.browser.quit()
    clerk = Clerk(open_browser(work, LARGE, language))
    try:
        clerk.browser.get(f"{address}/documents/{document}")
        clerk.until("document.querySelector('#grid td.figure')", 60)
        yield _shot(clerk, folder, "desk-4k", language)
    finally:
        clerk.browser.quit()


def _login(folder: Path, address: str, language: str, work: Path) -> Iterator[Path]:
    clerk = Clerk(open_browser(work, PLAIN, language))
    try:
        clerk.browser.get(f"{address}/login")
        yield _shot(clerk, folder, "login", language)
    finally:
        clerk.browser.quit()


def _shot(clerk: Clerk, folder: Path, name: str, language: str) -> Path:
    time.sleep(0.5)  # pictures and crops are asked for after the page has come
    clerk.until("[...document.images].every((i) => i.complete && (i.naturalWidth || !i.src))", 60)
    time.sleep(0.5)
    path = folder / f"review-{name}-{language}.png"
    clerk.browser.save_screenshot(str(path))
    return path


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for taken in shots(target):
        print(taken, flush=True)
