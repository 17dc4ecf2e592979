"""Crossfoot's own readers of figures: small networks over tight crops, and what they may say.

They know the signs of printed amounts and one class for every other character, which tells
that a crop holds no figure: one for a glance at every figure, and one three times as large for
a close look at those in doubt. Trained on made-up figures, scanned by our own scanner
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

_MODELS = Path(__file__).parent / "models"
_BATCH_WIDTH = 12_000  # pixels of width of all crops of one batch; more gains nothing


class FigureReader(Protocol):
    """What reading figures needs beside a recogniser of text."""

    @property
    def name(self) -> str:
        """Name and version, for the result file."""

    def read(self, crops: Sequence[Floats]) -> list[Floats]:
        """For each crop of :mod:`worker.figure_crop` its (steps, classes) probabilities."""

    def read_closely(self, crops: Sequence[Floats]) -> list[Floats]:
        """The same with more effort, for figures in doubt."""


@dataclass(frozen=True)
class OwnFigureReader:
    """The networks inside the package; each loads at first use and stays for the process.

    ``threads`` of one run; 0 takes every core this process may use.
    """

    threads: int = 0
    glance: Path = field(default=_MODELS / "figures.onnx")
    close: Path = field(default=_MODELS / "figures-close.onnx")

    @property
    def name(self) -> str:
        return f"figures {self._glance.said('version')}".strip()

    def read(self, crops: Sequence[Floats]) -> list[Floats]:
        return _read(crops, self._glance)

    def read_closely(self, crops: Sequence[Floats]) -> list[Floats]:
        return _read(crops, self._close)

    @cached_property
    def _glance(self) -> Network:
        return Network(self.glance, self.threads)

    @cached_property
    def _close(self) -> Network:
        return Network(self.close, self.threads)


def _read(crops: Sequence[Floats], network: Network) -> list[Floats]:
    answers: dict[int, Floats] = {}
    for batch in _batches([crop.shape[1] for crop in crops]):
        logs = network.run(_padded([crops[k] for k in batch]))
        for k, log in zip(batch, logs, strict=True):
            answers[k] = np.exp(log[: -(-crops[k].shape[1] // STRIDE)])
    return [answers[k] for k in range(len(crops))]


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
