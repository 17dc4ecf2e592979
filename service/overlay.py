"""Pictures of the pages with every cell's box, its verdict and the sums that fail."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from schemas.errors import UsageError
from schemas.geometry import Box
from schemas.result import Cell, CheckResult, Result, Table, Verdict
from service.palette import CHECKS, VERDICTS
from service.plain import file_label
from service.wording import count, difference_in_words

Pixels = npt.NDArray[np.uint8]
Rect = tuple[float, float, float, float]

_WORDS_INK = "#9E9E9E"  # outline of cells that hold no figure
_ROOM = 0.8  # points
_FILL_ALPHA = 70  # of 255: the print stays readable under the colour
_MARKED: tuple[Verdict, ...] = ("doubtful", "repaired", "source_error", "human")


@dataclass(frozen=True, slots=True)
class Spot:
    """A cell on a page; ``verdict`` is None where nobody has to be asked about words."""

    box: Box
    verdict: Verdict | None
    filled: bool


@dataclass(frozen=True, slots=True)
class Flag:
    """A sum that does not hold, at the box of its result."""

    box: Box
    check: CheckResult


def require_same_file(path: Path, result: Result) -> None:
    """Makes sure that the result was read from this very file.

    Raises:
        UsageError: if it was another, or the file can't be read.
    """
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(f"can't read {path}: {error.strerror or error}.") from error
    if digest != result.document.sha256:
        raise UsageError(
            f"{path} is not the file that this result was read from "
            f"({file_label(result.document.name)}, sha256 {result.document.sha256[:12]}…; "
            f"this file's is {digest[:12]}…): give that file, or extract this one."
        )


def overlays(path: Path, result: Result, dpi: float) -> Iterator[tuple[int, bytes]]:
    """Page number (from 1) and PNG of each page on which something was found.

    Raises:
        UsageError: if the result is of another file.
        InputError: if a page can't be drawn.
    """
    from worker.pdf import open_document

    require_same_file(path, result)
    pages = pages_found(result)
    with open_document(path) as document:
        for page in pages:
            picture = draw_page(
                document.render(page - 1, dpi), document.page_size(page - 1), result, page
            )
            held = io.BytesIO()
            picture.save(held, "PNG", dpi=(dpi, dpi))
            yield page, held.getvalue()


def pages_found(result: Result) -> tuple[int, ...]:
    """The pages that hold a cell of a table."""
    return tuple(
        sorted({c.page for t in result.tables for row in t.rows for c in row.cells.values()})
    )


def draw_page(
    pixels: Pixels, page_size: tuple[float, float], result: Result, page: int
) -> Image.Image:
    """The page with its boxes and a legend; ``page_size`` in points, ``pixels`` RGB."""
    picture = Image.fromarray(pixels).convert("RGB")
    scale = picture.width / page_size[0]
    found = [spot for table in result.tables for spot in spots(table, page)]
    broken = [flag for table in result.tables for flag in flags(table, page)]
    _draw_fills(picture, found, scale)
    draw = ImageDraw.Draw(picture)
    for spot in found:
        _draw_outline(draw, spot, scale)
    for flag in broken:
        _draw_flag(draw, flag, scale)
    _draw_legend(picture, result, page, found, broken, scale)
    return picture


def spots(table: Table, page: int) -> Iterator[Spot]:
    """The cells of the table on the page."""
    for row in table.rows:
        for cell in row.cells.values():
            if cell.page == page:
                yield Spot(Box(*cell.bbox), cell.verdict, _holds_ink(cell))


def _holds_ink(cell: Cell) -> bool:
    return bool(cell.text.strip()) or cell.verdict in _MARKED


def flags(table: Table, page: int) -> Iterator[Flag]:
    """The sums of the table that fail or are off by rounding, with their result on the page."""
    rows = {row.id: row for row in table.rows}
    for check in table.checks:
        row = rows.get(check.result[0])
        cell = row.cells.get(check.result[1]) if row else None
        if check.status in ("fail", "rounding") and cell is not None and cell.page == page:
            yield Flag(Box(*cell.bbox), check)


def _scaled(box: Box, scale: float) -> Rect:
    """The box in pixels, with a little room between the ink and the line around it."""
    box = box.grow(_ROOM, _ROOM)
    return box.x0 * scale, box.y0 * scale, box.x1 * scale, box.y1 * scale


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _draw_fills(picture: Image.Image, found: Sequence[Spot], scale: float) -> None:
    """Tints the figures, so that the print is still seen through the tint."""
    tint = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(tint)
    for spot in found:
        if spot.verdict is not None and spot.filled:
            alpha = _FILL_ALPHA * (2 if spot.verdict in _MARKED else 1) // 2
            draw.rectangle(_scaled(spot.box, scale), (*_rgb(VERDICTS[spot.verdict].ink), alpha))
    picture.paste(tint, (0, 0), tint)


def _draw_outline(draw: ImageDraw.ImageDraw, spot: Spot, scale: float) -> None:
    x0, y0, x1, y1 = _scaled(spot.box, scale)
    if spot.verdict is None:
        draw.rectangle((x0, y0, x1, y1), outline=_WORDS_INK, width=1)
        return
    look = VERDICTS[spot.verdict]
    marked = spot.verdict in _MARKED
    draw.rectangle((x0, y0, x1, y1), outline=look.ink, width=2 if marked else 1)
    if marked:
        font = _font(9 * scale)
        draw.text((x0 + 2 * scale, y0), look.mark, fill=look.ink, font=font)


def _draw_flag(draw: ImageDraw.ImageDraw, flag: Flag, scale: float) -> None:
    """Rings the result of a sum that fails and says by how much; rounding gets a note only."""
    look = CHECKS[flag.check.status]
    x0, y0, x1, y1 = _scaled(flag.box, scale)
    if flag.check.status == "fail":
        draw.rectangle((x0 - 3, y0 - 3, x1 + 3, y1 + 3), outline=look.ink, width=3)
    words = f"{flag.check.id} {difference_in_words(flag.check)}".strip()
    font = _font(6 * scale)
    left, top, right, bottom = draw.textbbox((0, 0), words, font=font)
    # Over the box, in the paper between the rows: on it, it would hide the figure.
    x, y = x0, y0 - (bottom - top) - 5
    draw.rectangle((x - 2, y - 1, x + right - left + 2, y + bottom - top + 2), fill=look.ink)
    draw.text((x - left, y - top), words, fill="white", font=font)


def _draw_legend(
    picture: Image.Image,
    result: Result,
    page: int,
    found: Sequence[Spot],
    broken: Sequence[Flag],
    scale: float,
) -> None:
    """What the colours mean, in the corner where the least of the tables is hidden."""
    lines = _legend(result, page, found, broken)
    font, pad = _font(7 * scale), 4 * scale
    line_height = 10 * scale
    draw = ImageDraw.Draw(picture)
    width = max(draw.textlength(words, font=font) for _, words in lines) + line_height + 3 * pad
    height = line_height * len(lines) + 2 * pad
    x, y = _corner(picture.size, (width, height), [_scaled(s.box, scale) for s in found])
    draw.rectangle((x, y, x + width, y + height), fill="white", outline="#616161", width=1)
    for n, (colour, words) in enumerate(lines):
        top = y + pad + n * line_height
        if colour:
            swatch = (x + pad, top + 1, x + pad + line_height - 3, top + line_height - 3)
            draw.rectangle(swatch, fill=colour)
        draw.text((x + line_height + 2 * pad, top), words, fill="black", font=font)


def _legend(
    result: Result, page: int, found: Sequence[Spot], broken: Sequence[Flag]
) -> list[tuple[str | None, str]]:
    """Colour and words of each line of the legend."""
    sources = result.document.page_sources
    source = f", {sources[page - 1]}" if page <= len(sources) else ""
    lines: list[tuple[str | None, str]] = [
        (None, f"page {page} of {result.document.pages}{source}")
    ]
    for verdict, look in VERDICTS.items():
        number = sum(spot.verdict == verdict and spot.filled for spot in found)
        if number:
            lines.append((look.ink, f"{number}  {verdict.replace('_', ' ')}"))
    blank = sum(spot.verdict is not None and not spot.filled for spot in found)
    if blank:
        lines.append((None, f"{blank}  blank"))
    for status in ("fail", "rounding"):
        number = sum(flag.check.status == status for flag in broken)
        if number:
            ending = "that fail" if status == "fail" else "off by rounding"
            lines.append((CHECKS[status].ink, f"{count(number, 'sum')} {ending}"))
    return lines


def _corner(
    size: tuple[int, int], legend: tuple[float, float], boxes: Sequence[Rect]
) -> tuple[float, float]:
    """Top left point of the legend in the corner where it covers the least of ``boxes``."""
    margin = 6.0
    right, bottom = size[0] - legend[0] - margin, size[1] - legend[1] - margin
    corners = [(x, y) for y in (margin, bottom) for x in (right, margin)]

    def hidden(corner: tuple[float, float]) -> float:
        x, y = corner
        area = Box(x, y, x + legend[0], y + legend[1])
        return sum(area.overlap(Box(*box)) for box in boxes)

    return min(corners, key=hidden)


def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(max(size, 8.0))
