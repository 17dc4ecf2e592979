"""Makes the pictures of the README: a poor copy of an example, read and shown.

    python -m docs.pictures

The example's annex is scanned so badly that some figures can't be read. Needs nothing but
Crossfoot's own parts: what the terminal shows is drawn with the fonts that come inside
MuPDF, so the pictures look alike on every machine.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pymupdf
from PIL import Image
from rich.cells import cell_len
from rich.style import Style
from rich.terminal_theme import MONOKAI
from rich.text import Text

from eval.scanner import scan_pdf
from examples.annex import SCANS, read_notice, set_notice

IMAGES = Path(__file__).resolve().parent / "images"
CROSSFOOT = str(Path(sys.executable).with_name("crossfoot"))

DPI, JPEG = 110, 40
"""Of the poor copy: at 200 dpi every figure of it is read."""

CELL, LINE, SIZE, MARGIN = 6.0, 14.0, 10.0, 12.0
"""Of the drawn terminal, in points: width of a column, line height, font size, margin."""

COLOURS = 200

_LATIN = pymupdf.Font("cour")
_BOLD = pymupdf.Font("cobo")
_WIDE = pymupdf.Font("china-s")

Colour = tuple[float, float, float]


def crossfoot(*arguments: str | Path, columns: int = 120) -> str:
    """What the command prints on a colour terminal; 1, something to review, is no failure."""
    environment = {
        **os.environ,
        "FORCE_COLOR": "1",
        "COLUMNS": str(columns),
        "TERM": "xterm-256color",
    }
    done = subprocess.run(
        [CROSSFOOT, *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode > 1:
        sys.exit(done.stderr)
    return done.stdout


def rgb(colour: Iterable[int]) -> Colour:
    """A colour of 0 to 255 as MuPDF takes it, 0 to 1."""
    red, green, blue = (value / 255 for value in colour)
    return red, green, blue


def colour_of(style: Style) -> Colour:
    """The ink of a style under the theme; dim ink is nearer to the paper."""
    ink = style.color.get_truecolor(MONOKAI) if style.color else MONOKAI.foreground_color
    if not style.dim:
        return rgb(ink)
    paper = rgb(MONOKAI.background_color)
    red, green, blue = (0.6 * i + 0.4 * p for i, p in zip(rgb(ink), paper, strict=True))
    return red, green, blue


def pieces(line: Text) -> Iterator[tuple[int, str, Style]]:
    """Each character of the line with its column and style."""
    column = 0
    for offset, character in enumerate(line.plain):
        spans = [span.style for span in line.spans if span.start <= offset < span.end]
        styles = [style for style in spans if isinstance(style, Style)]
        yield column, character, Style.combine([Style.null(), *styles])
        column += cell_len(character)


def font_of(character: str, style: Style) -> pymupdf.Font:
    latin = _BOLD if style.bold else _LATIN
    return latin if latin.has_glyph(ord(character)) else _WIDE


def draw_terminal(output: str, path: Path) -> None:
    """Draws what a terminal showed as a PNG."""
    lines = [Text.from_ansi(line) for line in output.rstrip("\n").split("\n")]
    width = max(line.cell_len for line in lines) * CELL + 2 * MARGIN
    page = pymupdf.open().new_page(width=width, height=len(lines) * LINE + 2 * MARGIN)
    page.draw_rect(page.rect, fill=rgb(MONOKAI.background_color), color=None)
    inks: dict[Colour, pymupdf.TextWriter] = {}
    for row, line in enumerate(lines):
        for column, character, style in pieces(line):
            left, top = MARGIN + column * CELL, MARGIN + row * LINE
            wide = cell_len(character) == 2
            if style.bgcolor:
                back = rgb(style.bgcolor.get_truecolor(MONOKAI, foreground=False))
                box = pymupdf.Rect(left, top, left + (1 + wide) * CELL, top + LINE)
                page.draw_rect(box, fill=back, color=None)
            writer = inks.setdefault(colour_of(style), pymupdf.TextWriter(page.rect))
            font, size = font_of(character, style), 2 * CELL - 0.5 if wide else SIZE
            writer.append((left, top + 0.75 * LINE), character, font=font, fontsize=size)
    for colour, writer in inks.items():
        writer.write_text(page, color=colour)
    pixels = page.get_pixmap(dpi=120, alpha=False)
    save_small(Image.frombytes("RGB", (pixels.width, pixels.height), pixels.samples), path)


def save_small(picture: Image.Image, path: Path, width: int = 1000) -> None:
    """Saves as PNG, no wider than ``width`` pixels, in few colours."""
    if picture.width > width:
        picture = picture.resize((width, round(picture.height * width / picture.width)))
    picture.quantize(COLOURS, kmeans=1, dither=Image.Dither.NONE).save(path, optimize=True)


def poor_copy(path: Path) -> None:
    """Writes the annex of the examples as a scanner of low resolution would see it."""
    poor = [
        replace(scan, quarter_turns=0, jpeg_quality=JPEG, noise=6.0, blur=0.6) for scan in SCANS[1:]
    ]
    path.write_bytes(scan_pdf(set_notice(read_notice()), poor, DPI, seed=7, pages=[1]))


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        document, result = folder / "poor-copy.pdf", folder / "poor-copy.json"
        poor_copy(document)
        print(crossfoot("extract", document, "--out", folder))
        draw_terminal(crossfoot("show", result), IMAGES / "show.png")
        crossfoot("overlay", document, result, "--out", folder)
        save_small(Image.open(folder / "poor-copy-p001.png").convert("RGB"), IMAGES / "overlay.png")


if __name__ == "__main__":
    main()
