"""What a page may ask for: the limit is looked at, the page named, the others read."""

from __future__ import annotations

from pathlib import Path

import pymupdf
import pytest

from schemas.errors import TooLarge
from tests.documents.plain import plain_pdf
from tests.hostile import bombs
from worker.limits import PageLimits
from worker.pages import read_page
from worker.pdf import open_document


def refused(content: bytes, folder: Path, limits: PageLimits) -> str:
    path = folder / "a.pdf"
    path.write_bytes(content)
    with open_document(path, limits) as document, pytest.raises(TooLarge) as caught:
        document.page_size(0)
    return caught.value.message


@pytest.mark.parametrize(
    ("content", "limits", "setting"),
    [
        (bombs.one_page(b"0 0 900 300"), PageLimits(points=800), "CROSSFOOT_PAGE_POINTS"),
        (bombs.huge_picture(1200), PageLimits(megapixels=1), "CROSSFOOT_PAGE_MEGAPIXELS"),
        (bombs.inflating(2), PageLimits(inflated_mib=1), "CROSSFOOT_PAGE_INFLATED_MIB"),
        (bombs.inflating(2, 2), PageLimits(inflated_mib=1), "CROSSFOOT_PAGE_INFLATED_MIB"),
    ],
)
def test_a_page_over_a_limit_is_refused_by_its_name(
    content: bytes, limits: PageLimits, setting: str, tmp_path: Path
) -> None:
    said = refused(content, tmp_path, limits)
    assert said.startswith("page 1 ")
    assert setting in said


def test_within_the_limits_nothing_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(bombs.inflating(2))
    with open_document(path, PageLimits(inflated_mib=3)) as document:
        assert document.page_size(0) == (400, 300)


def test_one_page_too_many_costs_that_page_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    with pymupdf.open(stream=plain_pdf()) as document:
        document.new_page(width=9000, height=100)
        document.save(path)
    with open_document(path) as held:
        pages = [read_page(held, n) for n in range(2)]
    assert [page.source for page in pages] == ["text", "blank"]
    (warning,) = pages[1].warnings
    assert warning.code == "page_too_large"
    assert "CROSSFOOT_PAGE_POINTS" in warning.message
