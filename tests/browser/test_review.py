"""Through the browser, from a scan to the workbook, by keyboard alone."""

from __future__ import annotations

import time
from collections import Counter
from decimal import Decimal
from pathlib import Path

import httpx
import openpyxl
import pymupdf
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from eval.levels import age
from schemas.result import Result
from tests.acceptance.door import figures
from tests.browser.clerk import Clerk, Truth
from tests.browser.serving import serving
from tests.unit.pages import document, table, write

pytestmark = pytest.mark.slow

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
_PATIENCE = 400.0  # for two pages on a machine that has other work


def ruined(folder: Path) -> tuple[Path, Result]:
    """A scanned table in ruins, four of its figures under blots, and what is printed on it.

    They are those of two rows in two columns: the sums allow more than one filling.
    """
    truth = Result.model_validate_json((EXAMPLES / "gold" / "liwan-2024.json").read_bytes())
    aged = age((EXAMPLES / "liwan-2024.pdf").read_bytes(), truth, "ruin", 3)
    assert aged.truth is not None
    names = ("产业扶持资金", "设备采购费用")
    rows = [row for row in aged.truth.tables[0].rows if row.label in names]
    with pymupdf.open(stream=aged.pdf, filetype="pdf") as pdf:
        for cell in (row.cells[key] for row in rows for key in ("total", "fiscal")):
            x0, y0, x1, y1 = cell.bbox
            blot = pymupdf.Rect(x0 + 0.3 * (x1 - x0), y0 - 1, x0 + 0.8 * (x1 - x0), y1 + 1)
            pdf[cell.page - 1].draw_rect(blot, color=0, fill=(0.1, 0.1, 0.2))
        pdf.save(folder / "ruined.pdf")
    return folder / "ruined.pdf", aged.truth


def upload(clerk: Clerk, address: str, *paths: Path, patience: float = _PATIENCE) -> str:
    """Sends the files by the page's own door, watches the first, and opens it; its id."""
    clerk.browser.get(address)
    files = clerk.browser.find_element(By.ID, "files")
    files.send_keys("\n".join(map(str, paths)))
    rows = "document.querySelectorAll('#documents tbody tr')"
    clerk.until(f"{rows}.length >= {len(paths)}")
    seen = set()
    for _ in range(int(patience / 0.3)):
        states = clerk.browser.execute_script(f"return [...{rows}].map((r) => r.dataset.status)")
        seen |= set(states)
        if not seen.isdisjoint({"failed", "dead"}) or set(states) <= {"verified", "review"}:
            break
        time.sleep(0.3)
    assert set(states) <= {"verified", "review"}, states
    assert seen & {"queued", "reading", "assembling"}, "no progress was seen"
    link = clerk.browser.find_element(By.CSS_SELECTOR, "#documents tbody a")
    document = str(link.get_attribute("href")).rsplit("/", 1)[1]
    link.send_keys(Keys.ENTER)
    clerk.until("document.getElementById('main').dataset.left", 30)
    return document


def result_of(address: str, document: str) -> Result:
    answer = httpx.get(f"{address}/api/v1/documents/{document}/result", timeout=60)
    return Result.model_validate_json(answer.content)


def downloaded(clerk: Clerk, folder: Path) -> Path:
    clerk.press("D")
    for _ in range(200):
        found = list(folder.glob("*.xlsx"))
        if found:
            return found[0]
        time.sleep(0.1)
    raise AssertionError("no workbook came")


def workbook_figures(path: Path) -> Counter[Decimal]:
    """Every number in the body of the tables' sheets."""
    book = openpyxl.load_workbook(path)
    return Counter(
        Decimal(str(cell.value)).normalize()
        for sheet in book
        if sheet.title not in ("Checks", "Review", "Indicators")
        for line in sheet.iter_rows()
        for cell in line
        if isinstance(cell.value, int | float) and not isinstance(cell.value, bool)
    )


def test_from_scan_to_workbook_by_keyboard_alone(
    clerk: Clerk, tmp_path: Path, downloads: Path
) -> None:
    path, truth = ruined(tmp_path)
    with serving(tmp_path / "home") as address:
        document = upload(clerk, address, path)
        clerk.until("document.querySelector('#grid td.figure')", 30)
        assert clerk.left >= 1
        clerk.settle(result_of(address, document), Truth.of(truth))
        assert clerk.left == 0
        clerk.press("A")
        clerk.until("document.getElementById('main').dataset.approved === 'yes'")
        workbook = downloaded(clerk, downloads)
        after = result_of(address, document)
    assert after.status == "verified"
    assert figures(after) == figures(truth)
    printed = Counter({value.normalize(): n for value, n in figures(truth).items()})
    assert workbook_figures(workbook) == printed
    assert trouble(clerk) == []


HOSTILE = "<img src=x onerror=alert(1)>"
LINES = (
    ("项目", "合计", "人员经费", "公用经费"),
    ("合计", "60.00", "24.00", "36.00"),
    (HOSTILE, "10.00", "4.00", "6.00"),
    ("乙单位", "20.00", "8.00", "12.00"),
    ("丙单位", "30.00", "12.00", "19.00"),
)
"""丙单位's row does not add up, and neither does its last column: the publisher's error."""


def hostile(folder: Path) -> Path:
    def draw(page: pymupdf.Page) -> None:
        write(page, 200, 60, "支出总表", 14)
        write(page, 450, 80, "单位：万元")
        table(page, (40, 240, 340, 440, 540), [90 + 24 * n for n in range(6)], LINES, size=8)

    return document(folder / "\u202ehostile.pdf", draw)


def test_undo_history_conflict_and_hostile_text(clerk: Clerk, tmp_path: Path) -> None:
    with serving(tmp_path / "home") as address:
        held = upload(clerk, address, hostile(tmp_path))
        clerk.until("document.querySelector('#grid td.figure')", 30)
        assert HOSTILE in clerk.browser.find_element(By.ID, "grid").text
        assert clerk.browser.find_elements(By.CSS_SELECTOR, "#grid img") == []
        row = next(row for row in result_of(address, held).tables[0].rows if row.label == "丙单位")
        key = list(row.cells)[-1]
        clerk.browser.get(f"{address}/documents/{held}?again#t1/{row.id}/{key}")
        clerk.until("document.getElementById('doubt').dataset.shown")
        assert clerk.place == ("t1", row.id, key)

        version = int(clerk.attribute("data-version"))
        clerk.press("x")
        clerk.until(f"document.getElementById('main').dataset.version === '{version + 1}'")
        assert clerk.browser.find_elements(By.CSS_SELECTOR, "#grid .verdict-human")
        clerk.press("u")
        clerk.until(f"document.getElementById('main').dataset.version === '{version + 2}'")
        assert not clerk.browser.find_elements(By.CSS_SELECTOR, "#grid .verdict-human")
        clerk.press("h")
        clerk.until("document.querySelector('#history[open] tr.undone')")
        assert len(clerk.browser.find_elements(By.CSS_SELECTOR, "#history tbody tr")) == 2
        clerk.press(Keys.ESCAPE)

        place = {"table": "t1", "row": row.id, "column": key}
        version = int(clerk.attribute("data-version"))
        theirs = {"version": version, "decisions": [{"kind": "figure", "value": "77", **place}]}
        answer = httpx.post(f"{address}/api/v1/documents/{held}/corrections", json=theirs)
        assert answer.status_code == 200
        clerk.until("document.getElementById('doubt').dataset.shown")
        clerk.press("b")
        clerk.until("document.querySelector('#ask[open]')")
        assert "77" in clerk.browser.find_element(By.ID, "ask").text
        clerk.press(Keys.ENTER)  # theirs is kept
        clerk.until("!document.querySelector('#ask[open]')")
        standing = result_of(address, held).tables[0]
        row = next(row for row in standing.rows if row.id == place["row"])
        assert row.cells[place["column"]].value == "77"

        clerk.browser.find_element(By.CSS_SELECTOR, ".other-language").click()
        clerk.until("document.documentElement.lang === 'zh-CN'")
        clerk.until("document.querySelector('#grid td.figure')", 30)
        assert [line for line in trouble(clerk) if " 409 " not in line] == []


def test_a_name_is_typed_where_it_stands(clerk: Clerk, tmp_path: Path) -> None:
    with serving(tmp_path / "home") as address:
        held = upload(clerk, address, hostile(tmp_path))
        clerk.until("document.querySelector('#grid td.figure')", 30)
        row = next(row for row in result_of(address, held).tables[0].rows if row.label == "乙单位")
        name = next(iter(row.cells))
        clerk.browser.get(f"{address}/documents/{held}?name#t1/{row.id}/{name}")
        clerk.until("document.querySelector('.typed input.words')")
        version = int(clerk.attribute("data-version"))
        clerk.name("丁单位")
        clerk.until(f"document.getElementById('main').dataset.version === '{version + 1}'")
        clerk.until("document.getElementById('grid').textContent.includes('丁单位')")
        assert "丁单位" in [row.label for row in result_of(address, held).tables[0].rows]
        assert trouble(clerk) == []


def trouble(clerk: Clerk) -> list[str]:
    """What the browser complained of: a policy that was broken, a script that failed."""
    lines: list[dict[str, str]] = clerk.browser.get_log("browser")  # type: ignore[no-untyped-call]
    return [line["message"] for line in lines]
