"""How well each reader reads the figures of made documents, alone and together.

    python -m eval.training.compare --level ruin --first 20 --documents 6 --out seen

reads made documents, scanned at a level, and keeps in ``seen/`` what the recogniser of text
saw of each printed figure and the crops that the reader of figures is shown; then tells for
all that lies there how many figures each reader, each number of looks and each weight gets
right. The weights and heats in :mod:`worker.figure_tokens` were chosen by it.
"""

from __future__ import annotations

import argparse
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from eval.levels import LEVELS, age
from eval.made.document import make_document
from schemas.amount import parse_amount
from schemas.geometry import Box
from schemas.page import PageText, Posterior, Token
from schemas.result import Result
from worker.ctc import SIGNS, figure_beam, in_signs, log_probability, posterior_of
from worker.figure_crop import CLOSE_LOOKS
from worker.figure_reader import CLASSES, STRIDE, OwnFigureReader
from worker.figure_tokens import SURE, may_be_figure
from worker.ocr import OcrEngine, PpOcr
from worker.pdf import open_document
from worker.scan import read_scan

Floats = NDArray[np.float32]


class Seen(NamedTuple):
    """One printed figure, what the recogniser saw of it, and its crops, plain look first.

    Without a token of its own, or where that looks like no figure, it has no crops.
    """

    level: str
    printed: str
    text: str
    general: tuple[Posterior, ...]
    crops: tuple[NDArray[np.uint8], ...]


@dataclass
class _Cutter:
    """Stands in for a reader of figures that can't read, and keeps all crops it is shown."""

    name: str = "cutter"
    calls: list[list[Floats]] = field(default_factory=list)

    def read(self, crops: Sequence[Floats]) -> list[Floats]:
        """The glances, then the close looks."""
        self.calls.append(list(crops))
        flat = 1 / len(CLASSES)
        steps = [-(-crop.shape[1] // STRIDE) for crop in crops]
        return [np.full((count, len(CLASSES)), flat, np.float32) for count in steps]

    read_closely = read


def seen_in(seed: int, level: str, engine: OcrEngine) -> Iterator[Seen]:
    """All printed figures of a made document."""
    made = make_document(seed)
    aged = age(made.pdf, made.gold, level, seed)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "made.pdf"
        path.write_bytes(aged.pdf)
        with open_document(path) as document:
            for index in range(document.page_count):
                image = document.scan(index)
                size = document.page_size(index)
                cutter = _Cutter()
                page = read_scan(image, index + 1, *size, engine, cutter)
                yield from _on_page(index + 1, level, aged.truth, page, cutter)


def _on_page(
    number: int, level: str, truth: Result | None, page: PageText, cutter: _Cutter
) -> Iterator[Seen]:
    chosen = [k for k, token in enumerate(page.tokens) if may_be_figure(token)]
    _, more = cutter.calls
    each = len(CLOSE_LOOKS)
    # A text that is more than a figure keeps its sureness and is not looked at again.
    unsure = [n for n, k in enumerate(chosen) if page.tokens[k].confidence < SURE]
    if len(more) != each * len(unsure):
        return  # some figure was looked at and is sure: whose crops are whose can't be told
    crops = {
        chosen[n]: tuple(more[place * each : (place + 1) * each]) for place, n in enumerate(unsure)
    }
    for text, box in _printed(number, truth):
        found = [k for k, token in enumerate(page.tokens) if _on(token, box, page)]
        if len(found) != 1 or not crops.get(found[0]):
            said = " ".join(page.tokens[k].text for k in found)
            yield Seen(level, in_signs(text), said, (), ())
            continue
        token = page.tokens[found[0]]
        general = token.posteriors[each:]
        kept = tuple(np.round(c * 200).astype(np.uint8) for c in crops[found[0]])
        yield Seen(level, in_signs(text), token.text, general, kept)


def _printed(number: int, truth: Result | None) -> Iterator[tuple[str, Box]]:
    for table in truth.tables if truth is not None else ():
        amounts = {column.key for column in table.columns if column.type == "amount"}
        for row in table.rows:
            for key, cell in row.cells.items():
                if key in amounts and cell.page == number and parse_amount(cell.text) is not None:
                    yield cell.text, Box(*cell.bbox)


def _on(token: Token, box: Box, page: PageText) -> bool:
    x, y = page.to_page.point(token.box.cx, token.box.cy)
    return box.contains(x, y)


# --- the comparison ---------------------------------------------------------------------


class Way(NamedTuple):
    """How much our own network weighs, which and how hot; how often each reader looks."""

    weight: float
    looks: int = 5
    general: int = 3
    heat: float = 1.0
    close: bool = True


WAYS = {
    "recogniser, one look": Way(0.0, general=1),
    "recogniser, up to three looks": Way(0.0),
    "glance, one look": Way(1.0, 1, close=False),
    "close, one look": Way(1.0, 1),
    "close, five looks": Way(1.0),
    **{f"glance {w}, heat {h}": Way(w, 1, heat=h, close=False) for w in (0.3, 0.5, 0.7)
       for h in (0.7, 1.0)},
    **{f"close {w}, heat {h}": Way(w, heat=h) for w in (0.3, 0.5, 0.7, 0.85)
       for h in (0.7, 1.0, 1.4)},
}  # fmt: skip


def _weighed(seen: Seen, own: Sequence[Floats], way: Way) -> list[Posterior]:
    ours, theirs = own[: way.looks], seen.general[: way.general]
    return [
        *(
            posterior_of(p[:, : 1 + len(SIGNS)], weight=way.weight / len(ours), heat=way.heat)
            for p in ours
            if way.weight
        ),
        *(replace(p, weight=(1 - way.weight) / len(theirs)) for p in theirs if way.weight < 1),
    ]


def told(all_seen: Sequence[Seen], figures: OwnFigureReader) -> None:
    """Prints for each level what each way gets wrong, and how sure of the truth it is."""
    for level in sorted({s.level for s in all_seen}):
        here = [s for s in all_seen if s.level == level]
        read = [s for s in here if s.crops and s.general]
        left = [s for s in here if not s.crops or not s.general]
        lost = [(s.printed, s.text) for s in left if in_signs(s.text) != s.printed]
        print(f"{level}: {len(here)} figures; read by both {len(read)}, left to one {len(left)},")
        print(f"  of which not as printed {len(lost)}: {lost[:8]}")
        greedy = sum(_greedy(s.general[0]) == s.printed for s in read)
        print(f"  {'recogniser, most probable path':34} wrong {len(read) - greedy:4}")
        inks = [[_ink(crop) for crop in s.crops] for s in read]
        own = {True: list(map(figures.read_closely, inks)), False: list(map(figures.read, inks))}
        for name, way in WAYS.items():
            seen = zip(read, own[way.close], strict=True)
            scores = [_scored(s, _weighed(s, o, way)) for s, o in seen]
            wrong = sum(not right for right, _, _, _ in scores)
            lost_by_beam = sum(not among for _, among, _, _ in scores)
            surprise = -np.mean([log for _, _, log, _ in scores])
            sure = [right for right, _, _, p in scores if p > 0.98]
            print(
                f"  {name:34} wrong {wrong:4}  not among 8 {lost_by_beam:4}  nats {surprise:.4f}  "
                f"surer than 0.98: {len(sure)}, wrong {sure.count(False)}"
            )


def _ink(kept: NDArray[np.uint8]) -> Floats:
    ink: Floats = (kept / 200).astype(np.float32)
    return ink


def _greedy(posterior: Posterior) -> str:
    logs = np.frombuffer(posterior.data, "<f2").reshape(posterior.steps, -1)
    best = logs.argmax(axis=1)
    signs = ("", *posterior.signs)
    return "".join(signs[k] for n, k in enumerate(best) if k and (n == 0 or best[n - 1] != k))


def _scored(seen: Seen, posteriors: Sequence[Posterior]) -> tuple[bool, bool, float, float]:
    found = figure_beam(posteriors, 8)
    truth = seen.printed
    log = float(log_probability(posteriors, [truth])[0])
    return (
        bool(found) and found[0].text == truth,
        any(r.text == truth for r in found),
        max(log, -20.0),
        found[0].probability if found else 0.0,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--level", choices=sorted(LEVELS), action="append", default=[])
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--documents", type=int, default=4)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    given.out.mkdir(parents=True, exist_ok=True)
    engine = PpOcr(threads=1)
    figures = OwnFigureReader(1)
    for seed in range(given.first, given.first + given.documents):
        for level in given.level:
            path = given.out / f"{seed}-{level}.pickle"
            if not path.exists():
                path.write_bytes(pickle.dumps([tuple(s) for s in seen_in(seed, level, engine)]))
    kept = sorted(given.out.glob("*.pickle"))
    told([Seen(*row) for path in kept for row in pickle.loads(path.read_bytes())], figures)


if __name__ == "__main__":
    main()
