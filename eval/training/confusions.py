"""What the reader of figures takes for what: counted on made scans, kept as data.

    python -m eval.training.confusions --samples samples/test --out worker/models/confusions.json

reads every crop, spoilt a little more than it is, and compares with what is printed: signs
read as others, signs lost, signs read where none stands.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from eval.training.samples import loaded
from worker.ctc import SIGNS
from worker.figure_crop import HEIGHT
from worker.figure_reader import CLASSES, OTHER, OwnFigureReader

Floats = NDArray[np.float32]

_FEWEST = 3  # times that a confusion must be seen


def edits(printed: str, read: str) -> Iterator[tuple[str, str]]:
    """(printed sign, read sign) of each difference; "" stands for no sign (Levenshtein 1966)."""
    rows, columns = len(printed) + 1, len(read) + 1
    cost = np.zeros((rows, columns), int)
    cost[:, 0], cost[0] = range(rows), range(columns)
    for i in range(1, rows):
        for j in range(1, columns):
            other = cost[i - 1, j - 1] + (printed[i - 1] != read[j - 1])
            cost[i, j] = min(other, cost[i - 1, j] + 1, cost[i, j - 1] + 1)
    i, j = rows - 1, columns - 1
    while i or j:
        if i and j and cost[i, j] == cost[i - 1, j - 1] + (printed[i - 1] != read[j - 1]):
            i, j = i - 1, j - 1
            if printed[i] != read[j]:
                yield printed[i], read[j]
        elif i and cost[i, j] == cost[i - 1, j] + 1:
            i -= 1
            yield printed[i], ""
        else:
            j -= 1
            yield "", read[j]


def spoilt(crop: Floats, rng: np.random.Generator) -> Floats:
    """The plain look at a crop kept with room, blurred and noisy."""
    plain = crop[(crop.shape[0] - HEIGHT) // 2 :][:HEIGHT]
    blurred: Floats = cv2.GaussianBlur(plain, (0, 0), rng.uniform(0.6, 2.4))
    noisy = blurred + rng.normal(0, rng.uniform(0.0, 0.2), plain.shape)
    return np.clip(noisy, 0, 1.25).astype(np.float32)


def counted(folder: Path, reader: OwnFigureReader) -> tuple[Counter[tuple[str, str]], Counter[str]]:
    """How often each confusion occurred, and how often each sign was printed."""
    rng = np.random.default_rng(1)
    confused: Counter[tuple[str, str]] = Counter()
    printed: Counter[str] = Counter()
    for path in sorted(folder.glob("*.npz")):
        known = [s for s in loaded(path) if s.text and OTHER not in s.text]
        seen = reader.read([spoilt(sample.crop, rng) for sample in known])
        for sample, steps in zip(known, seen, strict=True):
            read = _said(steps)
            printed.update(sample.text)
            # Where half of a figure is gone, nothing is learnt of signs.
            found = list(edits(sample.text, read)) if read != sample.text else []
            if len(found) <= max(len(sample.text) // 3, 1):
                confused.update(found)
    return confused, printed


def _said(steps: Floats) -> str:
    best = steps.argmax(axis=1)
    kept = [k for n, k in enumerate(best) if k and (n == 0 or best[n - 1] != k)]
    return "".join(CLASSES[k] for k in kept)


def as_data(
    confused: Counter[tuple[str, str]], printed: Counter[str]
) -> dict[str, Sequence[tuple[str, str, float]]]:
    """``confusions`` as (printed, read, probability), the likeliest first."""
    total = sum(printed.values())
    rows = [
        (true, read, float(f"{count / (printed[true] if true else total):.2g}"))
        for (true, read), count in confused.items()
        if count >= _FEWEST and OTHER not in (true, read) and {true, read} - {""} <= set(SIGNS)
    ]
    return {"confusions": sorted(rows, key=lambda row: (-row[2], row))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    data = as_data(*counted(given.samples, OwnFigureReader(1)))
    rows = ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in data["confusions"])
    given.out.write_text(f'{{"confusions": [\n  {rows}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
