"""Training the reader of figures on one CPU thread.

    python -m eval.training.train --samples samples/train --test samples/test --out figures

Every ``--every`` steps the network is tested and written to
``figures.onnx``; ``figures.jsonl`` keeps the story. Samples that appear in the folder while it
runs are taken up.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from eval.training.export import exported, imported
from eval.training.network import FigureNetwork
from eval.training.samples import Sample, loaded
from worker.figure_crop import HEIGHT
from worker.figure_reader import CLASSES, STRIDE

Floats = NDArray[np.float32]

_BATCH_WIDTH = 6000  # pixels of width of all crops of one batch together
_POOL = 3000  # crops drawn at a time and sorted by width


class Shelf:
    """All samples of a folder; looks for new files when asked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: set[Path] = set()
        self.samples: list[Sample] = []

    def refresh(self) -> None:
        for path in sorted(self._folder.glob("*.npz")):
            age = time.time() - path.stat().st_mtime
            if path not in self._read and age > 2:
                self._read.add(path)
                self.samples += [s for s in loaded(path) if s.text and _fits(s)]


def _fits(sample: Sample) -> bool:
    """Whether the crop has steps enough for its text, repeats parted by blanks."""
    repeats = sum(a == b for a, b in zip(sample.text, sample.text[1:], strict=False))
    return bool(sample.crop.shape[1] * 0.9 / STRIDE >= len(sample.text) + repeats + 1)


def moved(crop: Floats, rng: np.random.Generator) -> Floats:
    """The crop as another look would cut it: higher or lower, larger or smaller, sheared."""
    height, width = crop.shape
    sy = rng.uniform(0.87, 1.15)
    sx = sy * rng.uniform(0.9, 1.1)
    shear = rng.normal(0, 0.05)
    dy = rng.normal(0, 0.05) * HEIGHT / 1.4
    out = max(round(width * sx), 8)
    matrix = np.array([
        [sx, shear, rng.uniform(-3, 3) - shear * HEIGHT / 2],
        [0.0, sy, HEIGHT / 2 - sy * (height / 2) + dy],
    ])  # fmt: skip
    look: Floats = cv2.warpAffine(crop, matrix, (out, HEIGHT), flags=cv2.INTER_LINEAR)
    return look


def spoilt(batch: Floats, rng: np.random.Generator) -> Floats:
    """The batch fainter, noisier, blurred or struck through, each crop in its own way."""
    count, _, width = batch.shape
    gain = rng.uniform(0.75, 1.15, (count, 1, 1)).astype(np.float32)
    noise = (rng.uniform(0, 0.1, (count, 1, 1)) * (rng.random((count, 1, 1)) < 0.5)).astype(
        np.float32
    )
    batch = batch * gain + noise * rng.standard_normal(batch.shape, np.float32)
    for k in np.flatnonzero(rng.random(count) < 0.1):
        batch[k] = cv2.GaussianBlur(batch[k], (0, 0), rng.uniform(0.6, 1.3))
    for k in np.flatnonzero(rng.random(count) < 0.06):
        strength = rng.uniform(0.2, 0.9)
        if rng.random() < 0.5:
            y = int(rng.integers(0, HEIGHT - 2))
            batch[k, y : y + int(rng.integers(1, 3))] += strength
        else:
            x = int(rng.choice((rng.integers(0, 8), rng.integers(max(width - 8, 1), width))))
            batch[k, :, x : x + int(rng.integers(1, 3))] += strength
    return np.clip(batch, 0.0, 1.25)


def batches(shelf: Shelf, seed: int) -> Iterator[tuple[torch.Tensor, list[int], list[str]]]:
    """Endless batches of crops of like width; widths in pixels, texts as signs."""
    rng = np.random.default_rng(seed)
    while True:
        shelf.refresh()
        pool = [shelf.samples[k] for k in rng.integers(len(shelf.samples), size=_POOL)]
        crops = [moved(s.crop, rng) for s in pool]
        order = sorted(range(len(pool)), key=lambda k: crops[k].shape[1])
        groups = list(_grouped([crops[k].shape[1] for k in order]))
        for n in rng.permutation(len(groups)):
            start, end = groups[n]
            chosen = order[start:end]
            ink = padded([crops[k] for k in chosen])
            widths = [crops[k].shape[1] for k in chosen]
            yield (
                torch.from_numpy(spoilt(ink, rng)[:, None]),
                widths,
                [pool[k].text for k in chosen],
            )


def _grouped(widths: Sequence[int]) -> Iterator[tuple[int, int]]:
    start = 0
    for end in range(1, len(widths) + 1):
        if end == len(widths) or (end + 1 - start) * widths[end] > _BATCH_WIDTH:
            yield start, end
            start = end


def padded(crops: Sequence[Floats]) -> Floats:
    """The crops as one array, paper to the right of the narrower ones."""
    wide = -(-max(crop.shape[1] for crop in crops) // STRIDE) * STRIDE
    batch = np.zeros((len(crops), HEIGHT, wide), np.float32)
    for row, crop in zip(batch, crops, strict=True):
        row[:, : crop.shape[1]] = crop
    return batch


def trained(given: argparse.Namespace) -> None:
    torch.manual_seed(given.seed)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    network = FigureNetwork()
    shelf = Shelf(given.samples)
    if given.start:
        first = next(batches(shelf, given.seed))
        imported(given.start, network, first[0].numpy())
    weights = sum(p.numel() for p in network.parameters())
    print(f"{weights} weights", flush=True)
    optimiser = torch.optim.AdamW(network.parameters(), lr=given.rate, weight_decay=0.01)
    warm = 300

    def rate(step: int) -> float:
        if step < warm:
            return (step + 1) / warm
        return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(step / given.steps, 1)))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, rate)
    test = Shelf(given.test)
    numbers = {sign: k for k, sign in enumerate(CLASSES)}
    started, mean, seen = time.time(), 0.0, 0
    for step, (ink, widths, texts) in enumerate(batches(shelf, given.seed), start=1):
        answer = network(ink).transpose(0, 1)
        lengths = torch.tensor([-(-w // STRIDE) for w in widths])
        target = torch.tensor([numbers[c] for text in texts for c in text])
        loss = torch.nn.functional.ctc_loss(
            answer, target, lengths, torch.tensor([len(t) for t in texts]), zero_infinity=True
        )
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        seen += len(texts)
        mean = 0.98 * mean + 0.02 * float(loss.detach())
        if step % given.every == 0 or step == given.steps:
            test.refresh()
            told = {
                "step": step, "crops": seen, "seconds": round(time.time() - started),
                "cpu": round(time.process_time()), "loss": round(mean, 4),
                "exact": exact(network, test.samples[: given.tests]), "shelf": len(shelf.samples),
            }  # fmt: skip
            print(json.dumps(told), flush=True)
            with given.out.with_suffix(".jsonl").open("a") as story:
                story.write(json.dumps(told) + "\n")
            exported(network, given.out.with_suffix(".onnx"))
        if step >= given.steps:
            return


def exact(network: FigureNetwork, samples: Sequence[Sample]) -> float:
    """The share of crops whose most probable path says just what is printed."""
    if not samples:
        return 0.0
    network.eval()
    right = 0
    with torch.no_grad():
        plain = [s.crop[(s.crop.shape[0] - HEIGHT) // 2 :][:HEIGHT] for s in samples]
        order = sorted(range(len(samples)), key=lambda k: plain[k].shape[1])
        for start in range(0, len(order), 64):
            chosen = order[start : start + 64]
            paths = network(torch.from_numpy(padded([plain[k] for k in chosen]))[:, None]).argmax(2)
            for k, path in zip(chosen, paths.tolist(), strict=True):
                steps = -(-plain[k].shape[1] // STRIDE)
                right += _collapsed(path[:steps]) == samples[k].text
    network.train()
    return round(right / len(samples), 4)


def _collapsed(path: Sequence[int]) -> str:
    return "".join(CLASSES[k] for n, k in enumerate(path) if k and (n == 0 or path[n - 1] != k))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=Path, required=True)
    parser.add_argument("--test", type=Path, required=True)
    parser.add_argument("--tests", type=int, default=2000)
    parser.add_argument("--out", type=Path, required=True, help="without a suffix")
    parser.add_argument(
        "--start", type=Path, help="an ONNX file of an earlier network to go on from"
    )
    parser.add_argument("--steps", type=int, default=20000)
    parser.add_argument("--every", type=int, default=500)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=1)
    trained(parser.parse_args())


if __name__ == "__main__":
    main()
