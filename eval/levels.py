"""How worn a document is when it is scanned: four levels, as data.

==========  ============================================================================
``clean``   a good machine, a fresh print: only that it is now a picture
``office``  what offices publish: a little askew, packed hard, often with a seal
``fax``     black and white, ragged, with dust and streaks of a dirty roller
``ruin``    a copy of a copy at low resolution that a person reads with effort
==========  ============================================================================

Every page draws its own settings from its level's ranges, out of a seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import pymupdf

from eval.paper import Wear
from eval.scanner import Mode, ScanSettings, landing, scan_pdf
from eval.seal import GREY, RED, Seal
from schemas.geometry import Box
from schemas.result import BoxList, Cell, IndicatorResult, Result, Row

Range = tuple[float, float]

_SMALL_PRINT = 8.0
_FINEST = 1.5
_SMALLEST_SHARE = 0.1
_SEAL_NAMES = ("云岭市财政局", "望海县人民政府", "石桥区财政局", "预算公开专用章")


@dataclass(frozen=True, slots=True)
class Level:
    """What a scanner of this level does: a range for each fault, a chance for each event.

    Attributes:
        dpi: for print of 8 points and more; smaller print is scanned finer, up to half as
            much again, for offices do so when they can't read their own copy.
        skew_degrees: how far at most the sheet lies askew, either way.
        chances: of the events ``seal``, ``grey_seal`` (of those), ``turned``,
            ``upside_down``, ``signature``, ``coffee``, ``holes``, ``bleed``.
    """

    name: str
    dpi: int
    modes: tuple[Mode, ...] = ("colour", "grey")
    skew_degrees: float = 0.0
    curl_mm: Range = (0.0, 0.0)
    blur: Range = (0.0, 0.0)
    noise: Range = (0.0, 0.0)
    contrast: Range = (1.0, 1.0)
    paper: Range = (255.0, 255.0)
    uneven: Range = (0.0, 0.0)
    edge_shadow: Range = (0.0, 0.0)
    specks: Range = (0.0, 0.0)
    streaks: Range = (0.0, 0.0)
    bleed: Range = (0.0, 0.0)
    jpeg_quality: Range | None = None
    chances: tuple[tuple[str, float], ...] = ()

    def chance(self, event: str) -> float:
        return dict(self.chances).get(event, 0.0)


CLEAN = Level("clean", 200, blur=(0.3, 0.4), jpeg_quality=(88, 95))
OFFICE = Level(
    "office",
    200,
    skew_degrees=0.8,
    blur=(0.5, 0.8),
    noise=(2, 6),
    contrast=(0.86, 0.96),
    paper=(240, 253),
    uneven=(0.0, 0.1),
    edge_shadow=(0.0, 0.35),
    specks=(2, 20),
    bleed=(0.03, 0.07),
    jpeg_quality=(55, 78),
    chances=(
        ("seal", 0.3), ("grey_seal", 0.2), ("turned", 0.1), ("upside_down", 0.03),
        ("holes", 0.1), ("bleed", 0.3), ("signature", 0.05),
    ),
)  # fmt: skip
FAX = Level(
    "fax",
    200,
    modes=("bilevel",),
    skew_degrees=1.2,
    curl_mm=(0.0, 0.6),
    blur=(0.8, 1.0),
    noise=(14, 22),
    contrast=(0.72, 0.85),
    paper=(236, 250),
    uneven=(0.0, 0.08),
    edge_shadow=(0.2, 0.5),
    specks=(30, 120),
    streaks=(0, 3),
    bleed=(0.05, 0.12),
    chances=(
        ("seal", 0.2), ("turned", 0.1), ("upside_down", 0.05), ("holes", 0.2),
        ("bleed", 0.3), ("signature", 0.1),
    ),
)  # fmt: skip
RUIN = Level(
    "ruin",
    150,
    skew_degrees=1.3,
    curl_mm=(0.3, 1.6),
    blur=(1.2, 1.35),
    noise=(16, 20),
    contrast=(0.78, 0.88),
    paper=(222, 244),
    uneven=(0.08, 0.22),
    edge_shadow=(0.3, 0.7),
    specks=(20, 80),
    streaks=(0, 1),
    bleed=(0.08, 0.16),
    jpeg_quality=(26, 33),
    chances=(
        ("seal", 0.4), ("grey_seal", 0.3), ("turned", 0.15), ("upside_down", 0.05),
        ("holes", 0.3), ("bleed", 0.6), ("signature", 0.3), ("coffee", 0.4),
    ),
)  # fmt: skip
LEVELS = {level.name: level for level in (CLEAN, OFFICE, FAX, RUIN)}


@dataclass(frozen=True, slots=True)
class Aged:
    """A scanned document, how each of its pages was scanned, and its truth if it is known.

    The truth's boxes are where the ink is on the scan.
    """

    pdf: bytes
    settings: tuple[ScanSettings, ...]
    truth: Result | None


def age(pdf: bytes, truth: Result | None, level: str, seed: int) -> Aged:
    """``pdf`` scanned at a level; the same level and seed give the same bytes.

    Raises:
        KeyError: if there is no such level.
    """
    chosen = LEVELS[level]
    sizes, prints = _pages(pdf)
    settings = tuple(
        draw_settings(chosen, np.random.default_rng((seed, number))) for number in range(len(sizes))
    )
    dpis = [round(chosen.dpi * min(max(_SMALL_PRINT / size, 1.0), _FINEST)) for size in prints]
    scanned = scan_pdf(pdf, settings, dpis, seed)
    moved = None if truth is None else _moved(truth, settings, sizes, scanned)
    return Aged(scanned, settings, moved)


def draw_settings(level: Level, rng: np.random.Generator) -> ScanSettings:
    """The settings of one page, drawn from the level's ranges and chances."""

    def between(span: Range) -> float:
        return float(rng.uniform(*span))

    def count(span: Range) -> int:
        return int(rng.integers(round(span[0]), round(span[1]), endpoint=True))

    def happens(event: str) -> bool:
        return bool(rng.random() < level.chance(event))

    turns = 2 if happens("upside_down") else int(rng.choice((1, 3))) if happens("turned") else 0
    wear = Wear(
        bleed=between(level.bleed) if happens("bleed") else 0.0,
        signatures=int(happens("signature")),
        coffee=int(happens("coffee")),
        holes=2 if happens("holes") else 0,
        streaks=count(level.streaks),
    )
    return ScanSettings(
        mode=level.modes[int(rng.integers(len(level.modes)))],
        quarter_turns=turns,
        skew_degrees=between((-level.skew_degrees, level.skew_degrees)),
        curl_mm=between(level.curl_mm),
        blur=between(level.blur),
        noise=between(level.noise),
        contrast=between(level.contrast),
        paper=round(between(level.paper)),
        uneven=between(level.uneven),
        edge_shadow=between(level.edge_shadow),
        specks=count(level.specks),
        jpeg_quality=count(level.jpeg_quality) if level.jpeg_quality else None,
        seals=(_seal(rng, happens("grey_seal")),) if happens("seal") else (),
        wear=wear,
    )


def _seal(rng: np.random.Generator, grey: bool) -> Seal:
    return Seal(
        name=_SEAL_NAMES[int(rng.integers(len(_SEAL_NAMES)))],
        x=float(rng.uniform(0.25, 0.8)),
        y=float(rng.uniform(0.2, 0.7)),
        ink=GREY if grey else RED,
        angle=float(rng.uniform(-25, 25)),
        strength=float(rng.uniform(0.55, 0.9)) * (0.6 if grey else 1.0),
    )


def _pages(pdf: bytes) -> tuple[list[tuple[float, float]], list[float]]:
    """For each page its displayed size in points, and the size of its small print."""
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        sizes = [(page.rect.width, page.rect.height) for page in document]
        return sizes, [_small_print(page) for page in document]


def _small_print(page: pymupdf.Page) -> float:
    """The type size that a tenth of the characters do not exceed; 8 where there are none."""
    found: list[float] = []
    for block in page.get_text("dict")["blocks"]:
        for span in (span for line in block.get("lines", ()) for span in line["spans"]):
            found += [span["size"]] * len(span["text"].strip())
    return sorted(found)[int(len(found) * _SMALLEST_SHARE)] if found else _SMALL_PRINT


# -- the truth about the scan -------------------------------------------------------------


def _moved(
    truth: Result,
    settings: Sequence[ScanSettings],
    sizes: Sequence[tuple[float, float]],
    pdf: bytes,
) -> Result:
    """``truth`` with every box where the scanner put its ink, and the scan for its document."""

    def there(page: int, box: BoxList) -> BoxList:
        put = landing(settings[page - 1], *sizes[page - 1], Box(*box))
        return (round(put.x0, 2), round(put.y0, 2), round(put.x1, 2), round(put.y1, 2))

    def cell(one: Cell) -> Cell:
        return one.model_copy(update={"bbox": there(one.page, one.bbox)})

    def indicator(one: IndicatorResult) -> IndicatorResult:
        return one.model_copy(update={"bbox": there(one.page, one.bbox)})

    def row(one: Row) -> Row:
        cells = {key: cell(each) for key, each in one.cells.items()}
        return one.model_copy(
            update={"cells": cells, "indicators": tuple(map(indicator, one.indicators))}
        )

    tables = tuple(
        table.model_copy(update={"rows": tuple(map(row, table.rows))}) for table in truth.tables
    )
    document = truth.document.model_copy(
        update={
            "sha256": sha256(pdf).hexdigest(),
            "page_sources": ("scan",) * truth.document.pages,
        }
    )
    return truth.model_copy(update={"document": document, "tables": tables})
