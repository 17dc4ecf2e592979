"""A person at the desk: looks at the paper, and settles what is doubtful by keyboard alone.

What is printed where is known to the clerk from the truth about the document; everything
else is read off the page as anyone would read it.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from schemas.geometry import Box
from schemas.result import Cell, Result

CHROMIUM, DRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")
_QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars", "--disable-dev-shm-usage",
)  # fmt: skip


def open_browser(
    downloads: Path, size: tuple[int, int] = (1366, 768), language: str = "en-US"
) -> webdriver.Chrome:
    """Chromium without a window, saving what is downloaded in the folder."""
    options = Options()
    options.binary_location = str(CHROMIUM)
    for argument in (*_QUIET, f"--window-size={size[0]},{size[1]}"):
        options.add_argument(argument)
    wishes = {"intl.accept_languages": language, "download.default_directory": str(downloads)}
    options.add_experimental_option("prefs", wishes)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False},
    )
    return browser


@dataclass(slots=True)
class Truth:
    """What is printed where: figures, and names of rows, with their boxes, in points of the pages.

    Boxes are those of the pages as displayed.
    """

    cells: list[tuple[int, Box, str | None]]
    names: list[tuple[int, Box, str | None]] = field(default_factory=list)

    @staticmethod
    def of(result: Result) -> Truth:
        kinds: dict[str, list[tuple[int, Box, str | None]]] = defaultdict(list)
        for table in result.tables:
            types = {c.key: c.type for c in table.columns}
            for row in table.rows:
                for key, cell in row.cells.items():
                    said = cell.value if types[key] == "amount" else cell.text
                    kinds[types[key]].append((cell.page, Box(*cell.bbox), said))
        return Truth(kinds["amount"], kinds["label"])

    def at(self, page: int, box: Box, *, name: bool = False) -> str | None:
        """The figure printed in the box, or the name; None where none is."""
        # Of a figure's ink most lies in the box; of a blank cell that dirt reaches, a corner.
        near = [
            (true.overlap(box) / max(true.area, 1.0), value)
            for number, true, value in (self.names if name else self.cells)
            if number == page
        ]
        best = max(near, key=lambda one: one[0], default=(0.0, None))
        return best[1] if best[0] > 0 else None


@dataclass(slots=True)
class Clerk:
    """``keys`` counts every key pressed; ``settled`` the doubtful cells that were answered."""

    browser: webdriver.Chrome
    patience: float = 20.0
    keys: int = 0
    settled: int = 0
    seconds: list[float] = field(default_factory=list)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.browser.switch_to.active_element.send_keys(key)
            self.keys += 1

    def until(self, true: str, seconds: float | None = None) -> None:
        """Waits until the script, an expression, is true.

        Raises:
            TimeoutException: if it does not become true.
        """
        wait = WebDriverWait(self.browser, seconds or self.patience, poll_frequency=0.03)
        wait.until(lambda browser: browser.execute_script(f"return Boolean({true})"))

    def attribute(self, name: str) -> str:
        return self.browser.find_element(By.ID, "main").get_attribute(name) or ""

    @property
    def left(self) -> int:
        return int(self.attribute("data-left") or -1)

    @property
    def place(self) -> tuple[str, str, str]:
        """Table, row and column of the figure that is looked at."""
        parts = self.browser.execute_script(
            "return location.hash.slice(1).split('/').map(decodeURIComponent)"
        )
        return parts[0], parts[1], parts[2]

    def readings(self) -> list[str]:
        """The readings on offer, in the order of their keys."""
        shown: list[str] = self.browser.execute_script(
            "return [...document.querySelectorAll('.candidates .figure')].map((f) => f.textContent)"
        )
        return [text.replace(",", "") for text in shown]

    def settle(self, result: Result, truth: Truth) -> None:
        """Answers every doubt of the document, until none is left."""
        cells = _cells(result)
        for _ in range(5000):
            if not self.left:
                return
            begun = time.perf_counter()
            self.until("document.getElementById('doubt').dataset.shown")
            cell, version = cells[self.place], self.attribute("data-version")
            name = self.names_a_row
            printed = truth.at(cell.page, Box(*cell.bbox), name=name)
            if name:
                self.name(printed or "")
            else:
                self._answer(printed, self.readings())
            self.until(f"document.getElementById('main').dataset.version != '{version}'")
            self.settled += 1
            self.seconds.append(time.perf_counter() - begun)
        raise AssertionError("there is no end of doubts")

    @property
    def names_a_row(self) -> bool:
        """Whether words are asked for, and no figure."""
        return bool(self.browser.find_elements(By.CSS_SELECTOR, ".typed input.words"))

    def name(self, words: str) -> None:
        """Types words over what was read."""
        self.press("e")
        self.press(Keys.CONTROL + "a" + Keys.NULL, words, Keys.ENTER)

    def _answer(self, printed: str | None, readings: Sequence[str]) -> None:
        if printed is None:
            self.press("b")
            return
        for number, reading in enumerate(readings[:9], start=1):
            if _same(reading, printed):
                self.press(str(number))
                return
        self.press("e", *printed, Keys.ENTER)


def _cells(result: Result) -> dict[tuple[str, str, str], Cell]:
    return {
        (table.id, row.id, key): cell
        for table in result.tables
        for row in table.rows
        for key, cell in row.cells.items()
    }


def _same(reading: str, printed: str) -> bool:
    try:
        return Decimal(reading) == Decimal(printed)
    except ArithmeticError:
        return False
