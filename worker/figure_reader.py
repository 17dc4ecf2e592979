"""Crossfoot's own reader of figures: a small network over tight crops, and what it may say.

It knows the signs of printed amounts and one class for every other character, which tells
that a crop holds no figure. Trained on made-up figures, scanned by our own scanner
(docs/figure-reader.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from worker.ctc import SIGNS
from worker.figure_crop import HEIGHT
from worker.inference import Network

Floats = NDArray[np.float32]

OTHER = "□"
"""Stands for any character that no figure is printed with."""

CLASSES = ("", *SIGNS, OTHER)
"""What each step may be: the blank, a sign, or another character."""

STRIDE = 4
"""Pixels of a crop's width for each step."""

_MODEL = Path(__file__).parent / "models" / "figures.onnx"
_BATCH_WIDTH = 12_000  # pixels of width of all crops of one batch; more gains nothing


class FigureReader(Protocol):
    """What reading figures needs beside a recogniser of text."""

    @property
    def name(self) -> str:
        """Name and version, for the result file."""

    def read(self, crops: Sequence[Floats]) -> list[Floats]:
        """For each crop of :mod:`worker.figure_crop` its (steps, classes) probabilities."""


@dataclass(frozen=True)
class OwnFigureReader:
    """The network inside the package; it loads at first use and stays for the process.

    ``threads`` of one run; 0 takes every core this process may use.
    """

    threads: int = 0
    model: Path = field(default=_MODEL)

    @property
    def name(self) -> str:
        return f"figures {self._network.said('version')}".strip()

    def read(self, crops: Sequence[Floats]) -> list[Floats]:
        answers: dict[int, Floats] = {}
        for batch in _batches([crop.shape[1] for crop in crops]):
            logs = self._network.run(_padded([crops[k] for k in batch]))
            for k, log in zip(batch, logs, strict=True):
                answers[k] = np.exp(log[: -(-crops[k].shape[1] // STRIDE)])
        return [answers[k] for k in range(len(crops))]

    @cached_property
    def _network(self) -> Network:
        return Network(self.model, self.threads)


@lru_cache(maxsize=1)
def shared_figure_reader() -> FigureReader:
    """The reader of this process: its network loads once and stays."""
    return OwnFigureReader()


def _batches(widths: Sequence[int]) -> Iterator[list[int]]:
    """Indices in batches of like widths, so that little padding is read."""
    batch: list[int] = []
    for k in sorted(range(len(widths)), key=lambda k: -widths[k]):
        full = batch and (len(batch) + 1) * widths[batch[0]] > _BATCH_WIDTH
        if batch and (full or widths[k] < 0.8 * widths[batch[0]] - 16):
            yield batch
            batch = []
        batch.append(k)
    if batch:
        yield batch


def _padded(crops: Sequence[Floats]) -> Floats:
    wide = -(-max(crop.shape[1] for crop in crops) // STRIDE) * STRIDE
    batch = np.zeros((len(crops), 1, HEIGHT, wide), np.float32)
    for row, crop in zip(batch, crops, strict=True):
        row[0, :, : crop.shape[1]] = crop
    return batch
