"""How well each reader reads the figures of made documents, alone and together.

    python -m eval.training.compare --level ruin --first 0 --documents 6 --out seen

reads made documents, scanned at a level, and keeps what both readers saw of each printed
figure in ``seen/``; then tells for all that lies there how many figures each reader, each
number of looks and each weight got right. Nothing is learnt from it but the weights and the
heat in :mod:`worker.figure_tokens`.
"""

from __future__ import annotations

import argparse
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import cv2
import numpy as np

from eval.levels import LEVELS, age
from eval.made.document import make_document
from schemas.amount import parse_amount
from schemas.geometry import Box
from schemas.page import PageText, Posterior, Token
from schemas.result import Result
from worker.ctc import figure_beam, in_signs, log_probability
from worker.figure_reader import FigureReader, shared_figure_reader
from worker.figure_tokens import OWN_WEIGHT
from worker.ocr import OcrEngine, shared_engine
from worker.pdf import open_document
from worker.scan import read_scan


class Seen(NamedTuple):
    """One printed figure: its text, what the recogniser made of it, and what was seen."""

    level: str
    printed: str
    general_text: str
    own: tuple[Posterior, ...]
    general: tuple[Posterior, ...]


def seen_in(seed: int, level: str, engine: OcrEngine, figures: FigureReader) -> Iterator[Seen]:
    """All printed figures of a made document; those without one token for them unseen."""
    made = make_document(seed)
    aged = age(made.pdf, made.gold, level, seed)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "made.pdf"
        path.write_bytes(aged.pdf)
        with open_document(path) as document:
            for index in range(document.page_count):
                image = document.render(index, document.scan_dpi(index))
                size = document.page_size(index)
                plain = read_scan(image, index + 1, *size, engine)
                both = read_scan(image, index + 1, *size, engine, figures)
                yield from _on_page(index + 1, level, aged.truth, plain, both)


def _on_page(
    number: int, level: str, truth: Result | None, plain: PageText, both: PageText
) -> Iterator[Seen]:
    for text, box in _printed(number, truth):
        found = [
            (a, b) for a, b in zip(plain.tokens, both.tokens, strict=True) if _on(b, box, both)
        ]
        if len(found) != 1:
            yield Seen(level, in_signs(text), " ".join(a.text for a, _ in found), (), ())
            continue
        general, token = found[0]
        own = _own(token)
        yield Seen(level, in_signs(text), general.text, own, token.posteriors[len(own) :])


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


def _own(token: Token) -> tuple[Posterior, ...]:
    """The looks of the reader of figures: they come first, with its weight in all."""
    total = 0.0
    for count, posterior in enumerate(token.posteriors, start=1):
        total += posterior.weight
        if abs(total - OWN_WEIGHT) < 1e-6:
            return token.posteriors[:count]
    return ()


# --- the comparison ---------------------------------------------------------------------


def _weighed(seen: Seen, own: float, looks: int, heat: float) -> list[Posterior]:
    ours, theirs = seen.own[:looks], seen.general
    return [
        *(_heated(replace(p, weight=own / len(ours)), heat) for p in ours if own),
        *(_heated(replace(p, weight=(1 - own) / len(theirs)), 1.0) for p in theirs if own < 1),
    ]


def _heated(posterior: Posterior, heat: float) -> Posterior:
    if heat == 1.0:
        return posterior
    logs = np.frombuffer(posterior.data, "<f2").astype(np.float64)
    logs = logs.reshape(posterior.steps, -1) / heat
    logs -= np.log(np.exp(logs).sum(axis=1, keepdims=True))
    return replace(posterior, data=logs.astype("<f2").tobytes())


def told(all_seen: Sequence[Seen]) -> None:
    """Prints for each level the share read exactly, and how sure of the truth each way is."""
    ways = {
        "recogniser, first look": (0.0, 1, 1.0),
        "reader of figures, one look": (1.0, 1, 1.0),
        "reader of figures, all looks": (1.0, 9, 1.0),
        **{f"both, own weight {w}": (w, 9, 1.0) for w in (0.3, 0.5, 0.6, 0.7, 0.8, 0.9)},
        **{f"both 0.7, heat {h}": (0.7, 9, h) for h in (0.8, 1.25, 1.5)},
    }
    for level in sorted({s.level for s in all_seen}):
        here = [s for s in all_seen if s.level == level]
        read = [s for s in here if s.own and s.general]
        left = [s for s in here if not (s.own and s.general)]
        general = sum(in_signs(s.general_text) == s.printed for s in left)
        print(f"{level}: {len(here)} figures, {len(read)} read by both, of the others")
        print(f"  {general} of {len(left)} are right, wrong: {_wrong(left)}")
        texts = sum(in_signs(s.general_text) == s.printed for s in read)
        print(f"  {'text of the recogniser':32} wrong {len(read) - texts}")
        for name, (own, looks, heat) in ways.items():
            scores = [_scored(s, _weighed(s, own, looks, heat)) for s in read]
            exact = sum(right for right, _, _ in scores)
            among = sum(among for _, among, _ in scores)
            surprise = -np.mean([log for _, _, log in scores])
            print(
                f"  {name:32} wrong {len(read) - exact:4}  not among 8 {len(read) - among:4}  "
                f"nats {surprise:.4f}"
            )


def _wrong(left: Sequence[Seen]) -> list[tuple[str, str]]:
    return [(s.printed, s.general_text) for s in left if in_signs(s.general_text) != s.printed][:12]


def _scored(seen: Seen, posteriors: Sequence[Posterior]) -> tuple[bool, bool, float]:
    found = figure_beam(posteriors, 8)
    truth = seen.printed
    log = float(log_probability(posteriors, [truth])[0])
    return (
        bool(found) and found[0].text == truth,
        any(r.text == truth for r in found),
        max(log, -20),
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
    engine, figures = shared_engine(), shared_figure_reader()
    for level in given.level:
        for seed in range(given.first, given.first + given.documents):
            path = given.out / f"{seed}-{level}.pickle"
            if not path.exists():
                rows = [tuple(s) for s in seen_in(seed, level, engine, figures)]
                path.write_bytes(pickle.dumps(rows))
    kept = sorted(given.out.glob("*.pickle"))
    told([Seen(*row) for path in kept for row in pickle.loads(path.read_bytes())])


if __name__ == "__main__":
    main()
