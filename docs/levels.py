"""Makes the pictures of docs/levels.md: the same crop of a made table at each level.

python -m docs.levels
"""

from __future__ import annotations

from pathlib import Path

import pymupdf

from eval.levels import LEVELS, age
from eval.made.document import make_document
from eval.made.spec import MadeSpec

IMAGES = Path(__file__).resolve().parent / "images"
SEED, SCAN = 11, 22
SPEC = MadeSpec(seed=SEED, forms=("general_public",), size=8.0, latin="tiro")
CROP = pymupdf.Rect(130, 110, 410, 236)
DPI = 150


def picture(level: str) -> bytes:
    """A PNG of the crop, all levels at the same scale."""
    scanned = age(make_document(SEED, SPEC).pdf, None, level, seed=SCAN)
    with pymupdf.open(stream=scanned.pdf, filetype="pdf") as document:
        colours = pymupdf.csRGB if scanned.settings[0].mode == "colour" else pymupdf.csGRAY
        pixmap = document[0].get_pixmap(dpi=DPI, clip=CROP, colorspace=colours)
        return bytes(pixmap.tobytes("png"))


def main() -> None:
    """Write every level's picture."""
    IMAGES.mkdir(exist_ok=True)
    for level in LEVELS:
        (IMAGES / f"level-{level}.png").write_bytes(picture(level))


if __name__ == "__main__":
    main()
