"""Pages whose text is drawn as outlines: no text layer, no picture, vector paths alone."""

from __future__ import annotations

from itertools import accumulate

import pymupdf

from eval.typeset import Face, Leaf, finished, ruled_grid, wrap
from schemas.geometry import Box

TITLE = "令和7年度　一般会計歳出予算"
UNIT = "（単位：千円）"
HEADER = ("款", "項", "本年度予算額", "前年度予算額", "比較")
ROWS = (
    ("1 議会費", "", "128,450", "131,902", "△3,452"),
    ("", "1 議会費", "128,450", "131,902", "△3,452"),
    ("2 総務費", "", "1,046,733", "998,214", "48,519"),
    ("", "1 総務管理費", "812,066", "775,480", "36,586"),
    ("", "2 徴税費", "147,309", "149,875", "△2,566"),
    ("", "3 戸籍住民基本台帳費", "87,358", "72,859", "14,499"),
    ("3 民生費", "", "2,310,985", "2,254,617", "56,368"),
    ("", "1 社会福祉費", "1,402,640", "1,377,208", "25,432"),
    ("", "2 児童福祉費", "908,345", "877,409", "30,936"),
    ("歳出合計", "", "3,486,168", "3,384,733", "101,435"),
)
WIDTH, HEIGHT = 595.28, 841.89

_XS = tuple(accumulate((60.0, 90.0, 140.0, 82.0, 82.0, 82.0)))
_TOP, _ROW = 130.0, 30.0


def japanese_pdf() -> bytes:
    """The table of a Japanese budget as a PDF with a text layer."""
    with pymupdf.open() as document:
        leaf = Leaf(document, WIDTH, HEIGHT)
        whole = (_XS[0], _XS[-1])
        title = Face(size=16, leading=22, align="center")
        leaf.text([TITLE], Box(whole[0], 70, whole[1], 92), title)
        leaf.text([UNIT], Box(whole[0], 108, whole[1], 124), Face(size=10, align="right"))
        ys = [_TOP + _ROW * n for n in range(len(ROWS) + 2)]
        for y, texts in zip(ys, (HEADER, *ROWS), strict=False):
            for at, text in enumerate(texts):
                _set_cell(leaf, text, at, y, header=texts is HEADER)
        ruled_grid(leaf, _XS, ys)
        leaf.close()
        return finished(document, TITLE)


def outlined(pdf: bytes) -> bytes:
    """``pdf`` with every character turned into the path that draws it."""
    with pymupdf.open(stream=pdf) as source, pymupdf.open() as drawn:
        for page in source:
            picture = page.get_svg_image(text_as_path=True).encode()
            with pymupdf.open(stream=picture, filetype="svg") as svg:
                drawn.insert_pdf(pymupdf.open(stream=svg.convert_to_pdf()))
        return bytes(drawn.tobytes(garbage=3, deflate=True, no_new_id=True))


def outlines_pdf() -> bytes:
    """The Japanese budget as outlines."""
    return outlined(japanese_pdf())


def _set_cell(leaf: Leaf, text: str, at: int, y: float, *, header: bool) -> None:
    box = Box(_XS[at], y, _XS[at + 1], y + _ROW)
    face = Face(size=10, align="center" if header else "left" if at < 2 else "right", padding=4)
    leaf.text(wrap(text, box.width - 8, face.size), box, face)
