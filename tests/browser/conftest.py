"""A real browser at a real service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.clerk import CHROMIUM, DRIVER, Clerk, open_browser


@pytest.fixture
def downloads(tmp_path: Path) -> Path:
    folder = tmp_path / "downloads"
    folder.mkdir()
    return folder


@pytest.fixture
def clerk(downloads: Path) -> Iterator[Clerk]:
    if not (CHROMIUM.exists() and DRIVER.exists()):
        pytest.skip("no Chromium here (apt-get install chromium chromium-driver)")
    browser = open_browser(downloads)
    try:
        yield Clerk(browser)
    finally:
        browser.quit()
