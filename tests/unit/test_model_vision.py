"""A crop of a spoilt figure shown to a model over HTTP, from the scan to the result."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from schemas.result import Cell, Result
from schemas.run_settings import RunSettings
from service.model import Consultant, consultant
from service.settings import Settings
from tests.llm.fake import Answer, Fake, served
from tests.unit.pages import document, table
from tests.unit.test_model_service import read
from worker.extract import extract

ROWS = (
    ("项目名称", "总计", "基本支出", "人员经费", "公用经费", "项目支出"),
    ("栏次", "1=2+5", "2=3+4", "3", "4", "5"),
    ("教育支出", "230.00", "140.00", "100.00", "40.00", "90.00"),
    ("科技支出", "190.00", "120.00", "70.00", "50.00", "70.00"),
    ("卫生支出", "270.00", "200.00", "150.00", "50.00", "70.00"),
)
"""A table whose sums all go along its rows: what ink hides, they do not tell by themselves."""
BOTH_WAYS = (
    ("项目名称", "总计", "基本支出", "项目支出"),
    ("合计", "690.00", "460.00", "230.00"),
    ("教育支出", "230.00", "140.00", "90.00"),
    ("科技支出", "190.00", "120.00", "70.00"),
    ("卫生支出", "270.00", "200.00", "70.00"),
)
XS, YS = (40, 130, 220, 310, 400, 480, 560), tuple(100 + 24 * n for n in range(6))
TRUE = "120.00"


def scan(
    path: Path, blot: tuple[int, int] = (6, 14), rows: tuple[tuple[str, ...], ...] = ROWS
) -> Path:
    """The table as a scan on which a blot covers digits of a figure, ``blot`` points wide."""

    def draw(page: pymupdf.Page) -> None:
        table(page, XS[: len(rows[0]) + 1], YS, rows)
        x, y = XS[2] + 3, YS[3] + 13
        page.draw_rect((x + blot[0], y - 8, x + blot[1], y + 1), fill=(0.1, 0.1, 0.1))

    drawn = document(path.with_suffix(".text.pdf"), draw)
    with pymupdf.open(drawn) as pdf:
        picture = pdf[0].get_pixmap(dpi=200, colorspace=pymupdf.csGRAY).tobytes("png")

    def shown(page: pymupdf.Page) -> None:
        page.insert_image(page.rect, stream=picture)

    return document(path, shown)


class Seeing(Fake):
    """Answers a crop with ``reads``, and keeps the pictures that it was shown."""

    reads = TRUE

    def content(self, body: dict[str, Any], fault: str | None) -> str:
        last = body["messages"][-1]["content"]
        if isinstance(last, list):
            url = last[1]["image_url"]["url"]
            self.pictures.append(base64.b64decode(url.removeprefix("data:image/png;base64,")))
        return super().content(body, fault)

    @property
    def pictures(self) -> list[bytes]:
        return self.__dict__.setdefault("_pictures", [])  # type: ignore[no-any-return]


@pytest.fixture
def fake() -> Iterator[Seeing]:
    held = Seeing(lambda _form, _text: {})

    def tell(form: str, _text: str) -> Answer:
        if form != "CropAnswer":
            return {"columns": [], "body": 0}  # no structure: only what it sees is asked for here
        return {"text": held.reads, "sure": 0.97, "or_else": []}

    held.tell = tell
    with served(held):
        yield held


def settings(home: Path, fake: Fake, *, images: bool) -> Settings:
    return Settings(home=home, model="fake", model_url=fake.url, model_images=images)


def spoilt(result: Result) -> Cell:
    (held,) = result.tables
    (row,) = [row for row in held.rows if row.label == "科技支出"]
    (column,) = [c.key for c in held.columns if c.label == "基本支出"]
    return row.cells[column]


@pytest.fixture
def consulted(tmp_path: Path, fake: Seeing) -> Iterator[Any]:
    opened: list[Consultant] = []

    def run(*, images: bool) -> Result:
        asks = consultant(settings(tmp_path, fake, images=images))
        assert asks is not None
        opened.append(asks)
        return read(scan(tmp_path / "a.pdf"), asks, RunSettings())

    yield run
    for asks in opened:
        for endpoint in asks.endpoints:
            endpoint.close()  # type: ignore[attr-defined]
        asks.books.store.database.close()  # type: ignore[attr-defined]


def test_what_a_model_reads_in_the_crop_mends_two_sums(fake: Seeing, consulted: Any) -> None:
    cell = spoilt(consulted(images=True))
    assert (cell.value, cell.verdict, cell.source) == (TRUE, "repaired", "llm")
    assert fake.pictures
    with pymupdf.open(stream=fake.pictures[0], filetype="png") as crop:
        assert crop[0].rect.width > crop[0].rect.height, "one line of the page, no more"


def test_what_it_reads_wrongly_is_not_believed(fake: Seeing, consulted: Any) -> None:
    fake.reads = "126.00"
    cell = spoilt(consulted(images=True))
    assert cell.verdict == "doubtful"
    assert cell.value != "126.00"


def test_no_picture_leaves_where_the_settings_do_not_allow_it(fake: Seeing, consulted: Any) -> None:
    cell = spoilt(consulted(images=False))
    assert cell.verdict == "doubtful"
    assert fake.pictures == []


@pytest.mark.parametrize("blot", [(6, 14), (5, 15)])
def test_digits_hidden_by_a_blot_are_asked_for_and_are_no_publishers_error(
    tmp_path: Path, blot: tuple[int, int]
) -> None:
    result = extract(scan(tmp_path / "blot.pdf", blot))
    asked = {(item.row, item.column) for item in result.review}
    (at,) = [
        (r.id, k) for r in result.tables[0].rows for k, c in r.cells.items() if c is spoilt(result)
    ]
    assert spoilt(result).verdict == "doubtful"
    assert at in asked
    assert result.status == "review"


def test_sums_along_the_row_and_down_the_column_tell_what_a_blot_hides(tmp_path: Path) -> None:
    result = extract(scan(tmp_path / "blot.pdf", rows=BOTH_WAYS))
    cell = spoilt(result)
    assert (cell.value, cell.verdict) == (TRUE, "repaired")
    assert cell.reason is not None
