"""Makes the pictures of the README from what Crossfoot shows for the example scan.

    python docs/pictures.py examples/annex-turned-scan.pdf

Needs nothing but Crossfoot's own parts: what the terminal shows is drawn with the fonts
that come inside MuPDF, so the pictures look alike on every machine.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pymupdf
from PIL import Image
from rich.cells import cell_len
from rich.style import Style
from rich.terminal_theme import MONOKAI
from rich.text import Text

IMAGES = Path(__file__).resolve().parent / "images"
CROSSFOOT = str(Path(sys.executable).with_name("crossfoot"))

CELL, LINE, SIZE, MARGIN = 6.0, 14.0, 10.0, 12.0
"""Of the drawn terminal, in points: width of a column, line height, font size, margin."""

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


def colour_of(style: Style) -> Colour:
    """The ink of a style under the theme; dim ink is nearer to the paper."""
    ink = style.color.get_truecolor(MONOKAI) if style.color else MONOKAI.foreground_color
    paper = MONOKAI.background_color
    share = 0.6 if style.dim else 1.0
    mixed = (i * share + p * (1 - share) for i, p in zip(ink, paper, strict=True))
    red, green, blue = (value / 255 for value in mixed)
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
    paper = tuple(value / 255 for value in MONOKAI.background_color)
    page.draw_rect(page.rect, fill=paper, color=None)
    for row, line in enumerate(lines):
        for column, character, style in pieces(line):
            left, top = MARGIN + column * CELL, MARGIN + row * LINE
            if style.bgcolor:
                back = tuple(
                    v / 255 for v in style.bgcolor.get_truecolor(MONOKAI, foreground=False)
                )
                box = pymupdf.Rect(left, top, left + cell_len(character) * CELL, top + LINE)
                page.draw_rect(box, fill=back, color=None)
            writer = pymupdf.TextWriter(page.rect)
            font = font_of(character, style)
            size = SIZE if cell_len(character) == 1 else 2 * CELL - 0.5
            writer.append((left, top + 0.75 * LINE), character, font=font, fontsize=size)
            writer.write_text(page, color=colour_of(style))
    pixels = page.get_pixmap(dpi=120, alpha=False)
    save_small(Image.frombytes("RGB", (pixels.width, pixels.height), pixels.samples), path)


def save_small(picture: Image.Image, path: Path, width: int = 1000) -> None:
    """Saves as PNG, no wider than ``width`` pixels, in 64 colours."""
    if picture.width > width:
        picture = picture.resize((width, round(picture.height * width / picture.width)))
    picture.quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("document", type=Path)
    document = parser.parse_args().document
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        crossfoot("extract", document, "--out", folder)
        result = Path(folder) / f"{document.stem}.json"
        draw_terminal(crossfoot("show", result), IMAGES / "show.png")
        crossfoot("overlay", document, result, "--out", Path(folder) / "overlay")
        first = min((Path(folder) / "overlay").glob("*.png"))
        save_small(Image.open(first).convert("RGB"), IMAGES / "overlay.png")


if __name__ == "__main__":
    main()
