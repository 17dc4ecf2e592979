"""Files that are no clean PDF, through the command line: pictures, turned pages, wrecks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import pytest

from eval.scanner import ScanSettings, scan_pdf
from schemas.amount import Amount, narrow, parse_amount
from tests.acceptance.door import Run, extract, figures
from tests.documents import broken, layers, outlines, pictures, plain, turned

pytestmark = pytest.mark.slow

UNREADABLE = {
    "encrypted.pdf": (broken.encrypted_pdf, "password"),
    "empty.pdf": (broken.empty_file, "empty"),
    "no-pages.pdf": (broken.zero_page_pdf, "page"),
    "headless.pdf": (broken.headless_pdf, "damaged"),
    "text.pdf": (lambda: broken.not_pdfs()["text"], "PDF"),
    "html.pdf": (lambda: broken.not_pdfs()["html"], "PDF"),
    "zip.pdf": (lambda: broken.not_pdfs()["zip"], "PDF"),
    "noise.pdf": (lambda: broken.not_pdfs()["noise"], "PDF"),
    "wreck.pdf": (broken.saved_as_text_pdf, "damaged"),
}
PLAIN = {
    "born-digital.pdf": plain.plain_pdf,
    "no-password-needed.pdf": broken.passwordless_encrypted_pdf,
    "picture.png": pictures.table_png,
    "photo.jpg": pictures.table_jpeg,
    "picture-named.pdf": broken.png_named_pdf,
    "false-text-layer.pdf": layers.invisible_ocr_pdf,
    "private-use.pdf": layers.private_use_pdf,
    "drawn-as-outlines.pdf": lambda: outlines.outlined(plain.plain_pdf()),
    "rotated-90.pdf": lambda: turned.rotated_upright(plain.plain_pdf(), 90),
    "rotated-270.pdf": lambda: turned.rotated_upright(plain.plain_pdf(), 270),
    "sideways-90.pdf": lambda: turned.sideways(plain.plain_pdf(), 90),
    "sideways-180.pdf": lambda: turned.sideways(plain.plain_pdf(), 180),
    "cropped.pdf": lambda: turned.cropped(plain.plain_pdf()),
    "shifted.pdf": lambda: turned.shifted_origin(plain.plain_pdf()),
}


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """All odd files in one call: one that fails must not stop the others."""
    folder = tmp_path_factory.mktemp("odd")
    made = {name: make for name, (make, _) in UNREADABLE.items()} | PLAIN
    for name, make in made.items():
        (folder / name).write_bytes(make())
    return extract([folder / name for name in made], folder / "results")


def printed(rows: Iterable[Iterable[str]]) -> Counter[Decimal]:
    """The figures that a made table prints."""
    parsed = (parse_amount(text) for row in rows for text in row)
    return Counter(amount.value for amount in parsed if isinstance(amount, Amount))


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_cannot_be_read_gets_one_line_that_says_what_to_do(run: Run, name: str) -> None:
    _, word = UNREADABLE[name]
    (line,) = [line for line in run.err.splitlines() if name in line]
    assert word.lower() in line.lower()
    result = run.result(name.removesuffix(".pdf"))
    assert result.status == "failed"
    assert result.error
    assert result.error.category.startswith("input")
    assert result.tables == ()


@pytest.mark.parametrize("name", UNREADABLE)
def test_alone_it_ends_with_exit_code_3(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes(UNREADABLE[name][0]())
    alone = extract([file], tmp_path / "results")
    assert alone.code == 3
    assert alone.out == "" or name not in alone.out.splitlines()[0]
    assert "Traceback" not in alone.err


@pytest.mark.parametrize("name", PLAIN)
def test_the_same_table_is_read_from_whatever_holds_it(run: Run, name: str) -> None:
    result = run.result(Path(name).stem)
    (table,) = result.tables
    assert figures(result) == printed(plain.ROWS)
    assert [narrow(row.label) for row in table.rows] == [row[0] for row in plain.ROWS]
    assert [narrow(column.label) for column in table.columns] == list(plain.HEADER)
    assert narrow(table.title or "") == narrow(plain.TITLE)
    assert table.unit == "万元"
    assert "fail" not in {check.status for check in table.checks}


def test_the_call_with_failures_ends_with_exit_code_3(run: Run) -> None:
    assert run.code == 3
    assert len(run.err.splitlines()) == len(UNREADABLE)


def test_every_page_of_a_picture_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "pages.tiff"
    file.write_bytes(pictures.table_tiff(pages=2))
    result = extract([file], tmp_path / "results").result("pages")
    assert result.document.pages == 2
    assert figures(result, page=1) == figures(result, page=2) == printed(plain.ROWS)


def test_a_japanese_budget_drawn_as_outlines_is_read(tmp_path: Path) -> None:
    file = tmp_path / "outlines.pdf"
    file.write_bytes(outlines.outlines_pdf())
    result = extract([file], tmp_path / "results").result("outlines")
    assert result.document.page_sources == ("scan",)
    assert figures(result) == printed(outlines.ROWS)
    assert "fail" not in {check.status for table in result.tables for check in table.checks}


def test_half_a_download_gives_the_pages_that_came(tmp_path: Path) -> None:
    file = tmp_path / "half.pdf"
    file.write_bytes(broken.truncated_pdf())
    run = extract([file], tmp_path / "results")
    result = run.result("half")
    assert run.code == 1
    assert result.status == "review"
    assert figures(result, page=1) == printed(plain.ROWS)
    assert {warning.page for warning in result.warnings if warning.page}


def test_a_scan_that_nobody_could_read_is_not_called_empty(tmp_path: Path) -> None:
    worn = ScanSettings(blur=1.6, noise=25, jpeg_quality=25)
    path = tmp_path / "worn.pdf"
    path.write_bytes(scan_pdf(plain.plain_pdf(), worn, dpi=60, seed=1))
    run = extract([path], tmp_path / "results")
    result = run.result("worn")
    assert (run.code, result.status) == (1, "review")
    assert "page_hard_to_read" in {warning.code for warning in result.warnings}
