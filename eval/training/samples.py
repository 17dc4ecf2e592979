"""Crops to train and to test on: made sheets, scanned at a level, cleaned and cut as in reading.

    python -m eval.training.samples --out samples --sheets 120 --seed 1

writes one file of crops for each sheet. What the scanner does is that of :mod:`eval.levels`;
what the reader does before it looks at a figure is that of :mod:`worker.scan`.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from eval.levels import LEVELS, draw_settings
from eval.scanner import landing, scan_page
from eval.seal import GREY, RED, Seal
from eval.training.amounts import truth_of
from eval.training.faces import faces
from eval.training.sheets import made_sheet
from schemas.geometry import Box, PageMap
from worker.figure_crop import HEIGHT, Frame, Look, digits_of, figure_crop
from worker.image_rulings import find_lines, without_lines
from worker.imaging import (
    calmed,
    flatten_light,
    grey_without_stamps,
    ink_threshold,
    text_height,
)
from worker.round_stamps import round_stamps, without_stamps
from worker.skew import lie_of, straightened

Picture = NDArray[np.uint8]
Floats = NDArray[np.float32]

ROOM = 1.3
"""Crops are kept this much higher than they are read, so that training can move about."""

_AS_SCANNED = 0.2  # of the crops
_PAPER = 250
_SHARES = {"clean": 0.08, "office": 0.27, "fax": 0.27, "ruin": 0.38}


@dataclass(frozen=True)
class Sample:
    """A crop, ``ROOM`` times as high as it is read, of ink 0.0 to 1.25; and what it says."""

    crop: Floats
    text: str


@dataclass(frozen=True, slots=True)
class _Clean:
    """The page as it is read; ``lit`` has its noise, stamps and rulings still."""

    grey: Picture
    lit: Picture
    unit: float
    threshold: int
    sheet: PageMap


def samples(
    seed: int, number: int, held_out: bool = False, level: str | None = None
) -> Iterator[Sample]:
    """The crops of one made sheet; the same arguments give the same crops."""
    rng = random.Random(f"{seed} {number} {held_out} {level}")
    chosen = LEVELS[level or rng.choices(list(_SHARES), list(_SHARES.values()))[0]]
    sheet = made_sheet(rng, faces(held_out), chosen.dpi)
    draws = np.random.default_rng((seed, number))
    settings = replace(draw_settings(chosen, draws), quarter_turns=0)
    if rng.random() < 0.5:
        settings = replace(settings, seals=(*settings.seals, *_seals(rng, chosen.name)))
    picture = np.repeat(sheet.picture[..., None], 3, axis=2)
    scanned = scan_page(picture, settings, seed * 10_000 + number, sheet.dpi)
    clean = _cleaned(scanned)
    if clean is None:
        return
    points = 72 / sheet.dpi
    width, height = sheet.picture.shape[1] * points, sheet.picture.shape[0] * points
    for printed in sheet.printed:
        box = printed.box
        lying = Box(box.x0 * points, box.y0 * points, box.x1 * points, box.y1 * points)
        put = landing(settings, width, height, lying)
        there = clean.sheet.back_box(Box(*(v / points for v in (put.x0, put.y0, put.x1, put.y1))))
        crop = _sampled(clean, there, rng)
        if crop is not None:
            yield Sample(crop, truth_of(printed.text))


def _seals(rng: random.Random, level: str) -> list[Seal]:
    names = ("云岭市财政局", "望海县人民政府", "石桥区财政局")
    return [
        Seal(
            rng.choice(names), rng.uniform(0.1, 0.9), rng.uniform(0.1, 0.9),
            ink=GREY if level == "fax" or rng.random() < 0.3 else RED,
            angle=rng.uniform(-40, 40), strength=rng.uniform(0.4, 0.9),
        )
        for _ in range(rng.randint(1, 4))
    ]  # fmt: skip


def _cleaned(scanned: Picture) -> _Clean | None:
    """The page as :mod:`worker.scan` has it when it cuts crops."""
    grey, _ = grey_without_stamps(scanned)
    grey = flatten_light(calmed(grey))
    grey = without_stamps(grey, round_stamps(grey)).grey
    threshold = ink_threshold(grey)
    unit = text_height(grey < threshold)
    if not unit:
        return None
    lie = lie_of(grey < threshold)
    straight, sheet = straightened(grey, lie)
    lit, _ = straightened(_evenly_lit(scanned), lie)
    without = without_lines(straight, find_lines(straight, unit))
    return _Clean(without, lit, unit, threshold, sheet)


def _evenly_lit(scanned: Picture) -> Picture:
    """The page as :mod:`worker.second_reading` has a place of it."""
    bright = scanned.max(axis=2).astype(np.float32)
    paper = max(float(np.percentile(bright, 85)), 100.0)
    lit: Picture = np.clip(bright * (_PAPER / paper), 0, 255).astype(np.uint8)
    return lit


def _sampled(clean: _Clean, box: Box, rng: random.Random) -> Floats | None:
    frame = _found(clean, box)
    if frame is None:
        return None
    shaky = 0.06 * (frame.y1 - frame.y0)
    frame = Frame(
        frame.x0 + rng.uniform(-2 * shaky, shaky), frame.y0 + rng.uniform(-shaky, shaky),
        frame.x1 + rng.uniform(-shaky, 2 * shaky), frame.y1 + rng.uniform(-shaky, shaky),
    )  # fmt: skip
    # A second reading sees the scanner's own pixels.
    grey = clean.lit if rng.random() < _AS_SCANNED else clean.grey
    digits = digits_of(grey, frame, clean.unit)
    return figure_crop(grey, frame, digits, Look(scale=ROOM), height=round(HEIGHT * ROOM))


def _found(clean: _Clean, box: Box) -> Frame | None:
    """The frame of the ink whose middle lies near ``box``, as reading finds it."""
    pad = 0.3 * (box.y1 - box.y0) + 2
    x, y = max(int(box.x0 - pad), 0), max(int(box.y0 - pad), 0)
    part = clean.grey[y : int(box.y1 + pad), x : int(box.x1 + pad)]
    if part.size == 0:
        return None
    faint = (2 * clean.threshold + 245) // 3
    _, _, stats, middles = cv2.connectedComponentsWithStats((part < faint).astype(np.uint8))
    near = Box(box.x0 - 2, box.y0 - 3, box.x1 + 2, box.y1 + 3)
    own = [
        piece
        for piece, middle in zip(stats[1:], middles[1:], strict=True)
        if piece[4] >= 3 and near.contains(middle[0] + x, middle[1] + y)
    ]
    if not own:
        return None
    x0, y0 = min(s[0] for s in own) + x, min(s[1] for s in own) + y
    x1, y1 = max(s[0] + s[2] for s in own) + x, max(s[1] + s[3] for s in own) + y
    # Where a figure's ink is gone, or runs into something else, there is nothing to learn.
    whole = 0.75 < (x1 - x0) / max(box.x1 - box.x0, 1) < 1.3
    return Frame(x0, y0, x1, y1) if whole or box.x1 - box.x0 < 8 else None


# --- files ------------------------------------------------------------------------------


def kept(crops: list[Sample], path: Path) -> None:
    """The samples as one compressed file."""
    widths = np.array([s.crop.shape[1] for s in crops], np.int32)
    ink = np.concatenate([s.crop for s in crops], axis=1) if crops else np.zeros((1, 0))
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        np.savez_compressed(
            file, widths=widths, ink=np.round(ink * 200).astype(np.uint8),
            texts=np.array([s.text for s in crops], np.str_),
        )  # fmt: skip
    part.replace(path)


def loaded(path: Path) -> list[Sample]:
    """The samples of a file that :func:`kept` wrote."""
    with np.load(path) as file:
        if not len(file["texts"]):
            return []
        ends = np.cumsum(file["widths"])[:-1]
        crops = np.split(file["ink"].astype(np.float32) / 200, ends, axis=1)
        return [Sample(c, str(t)) for c, t in zip(crops, file["texts"], strict=True)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--sheets", type=int, default=120)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--held-out", action="store_true", help="the faces kept for the test")
    parser.add_argument("--level", choices=sorted(LEVELS))
    given = parser.parse_args()
    cv2.setNumThreads(1)
    given.out.mkdir(parents=True, exist_ok=True)
    for number in range(given.first, given.first + given.sheets):
        path = given.out / f"{number:04d}.npz"
        if not path.exists():
            kept(list(samples(given.seed, number, given.held_out, given.level)), path)


if __name__ == "__main__":
    main()
