"""Training the readers of figures, on a graphics card where there is one.

    python -m eval.training.train --samples samples/train --test samples/test --out figures

trains the network of ``--size`` and writes it to ``figures.onnx`` every ``--every`` steps;
``figures.jsonl`` keeps the story. Samples that appear in the folder while it runs are taken
up. What is written are the running means of the weights, which read better than the last ones.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import queue
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from eval.training.export import exported
from eval.training.network import SIZES, FigureNetwork
from eval.training.samples import Sample, loaded
from eval.training.spoil import moved, spoilt
from worker.figure_crop import HEIGHT
from worker.figure_reader import CLASSES, STRIDE

Floats = NDArray[np.float32]

_NUMBERS = {sign: k for k, sign in enumerate(CLASSES)}
_BUCKET = 24  # pixels of width by which crops of one batch may differ
_BATCH_WIDTH = 96_000  # pixels of width of all crops of one batch together
_WARM = 300  # steps of rising rate
_MEMORY = 0.998  # of the running means of the weights
_RANGE = 200.0  # of ink kept as a byte


@dataclass
class _Bucket:
    """Crops of like width: bytes of ink (count, height, width), their widths and texts."""

    ink: Tensor
    widths: Tensor
    texts: list[list[int]] = field(default_factory=list)


class Shelf:
    """All samples of a folder, kept on the device by width.

    A thread of its own reads files, also those that appear later; what it has read goes
    onto the shelf by :meth:`refresh`.
    """

    def __init__(self, folder: Path, device: torch.device) -> None:
        self._folder, self._device = folder, device
        self._waiting: queue.SimpleQueue[dict[int, list[Sample]]] = queue.SimpleQueue()
        self.buckets: dict[int, _Bucket] = {}
        self.count = 0
        threading.Thread(target=self._look, daemon=True).start()

    def refresh(self) -> None:
        """Take up what was read meanwhile; waits while there is nothing at all."""
        found: dict[int, list[Sample]] = {}
        while not self._waiting.empty() or not (found or self.buckets):
            for key, samples in self._waiting.get().items():
                found.setdefault(key, []).extend(samples)
        for key, samples in found.items():
            self._take(key, samples)

    def _look(self) -> None:
        read: set[Path] = set()
        while True:
            for path in sorted(set(self._folder.glob("*.npz")) - read):
                read.add(path)
                new: dict[int, list[Sample]] = {}
                for sample in loaded(path):
                    if sample.text and _fits(sample):
                        new.setdefault(-(-sample.crop.shape[1] // _BUCKET), []).append(sample)
                self._waiting.put(new)
            time.sleep(1)

    def _take(self, key: int, samples: Sequence[Sample]) -> None:
        high = samples[0].crop.shape[0]
        ink = np.zeros((len(samples), high, key * _BUCKET), np.uint8)
        for row, sample in zip(ink, samples, strict=True):
            row[:, : sample.crop.shape[1]] = np.round(sample.crop * _RANGE)
        fresh = torch.from_numpy(ink).to(self._device)
        widths = torch.tensor([float(s.crop.shape[1]) for s in samples], device=self._device)
        held = self.buckets.get(key)
        if held is None:
            held = self.buckets[key] = _Bucket(fresh, widths)
        else:
            held.ink, held.widths = torch.cat([held.ink, fresh]), torch.cat([held.widths, widths])
        held.texts += [[_NUMBERS[c] for c in s.text] for s in samples]
        self.count += len(samples)


def _fits(sample: Sample) -> bool:
    """Whether the crop has steps enough for its text, repeats parted by blanks."""
    repeats = sum(a == b for a, b in zip(sample.text, sample.text[1:], strict=False))
    return bool(sample.crop.shape[1] * 0.9 / STRIDE >= len(sample.text) + repeats + 1)


@dataclass(frozen=True, slots=True)
class Batch:
    """Ink (count, 1, 32, width), how many steps each crop has, and its text in classes."""

    ink: Tensor
    steps: Tensor
    texts: list[list[int]]


def batches(shelf: Shelf, seed: int, device: torch.device) -> Iterator[Batch]:
    """Endless batches of crops of like width, each crop moved and spoilt in its own way."""
    draws = np.random.default_rng(seed)
    chance = torch.Generator(device).manual_seed(seed)
    drawn = 0
    while True:
        if drawn % 300 == 0:
            shelf.refresh()
        drawn += 1
        keys = sorted(shelf.buckets)
        # By width of all crops: a bucket's batches are the fewer crops, the wider they are.
        odds = np.array([float(len(shelf.buckets[k].texts)) * k for k in keys])
        key = keys[int(draws.choice(len(keys), p=odds / odds.sum()))]
        bucket = shelf.buckets[key]
        count = max(_BATCH_WIDTH // (key * _BUCKET), 8)
        chosen = torch.randint(len(bucket.texts), (count,), generator=chance, device=device)
        ink = bucket.ink[chosen].float() / _RANGE
        seen, widths = moved(ink, bucket.widths[chosen], chance)
        steps = (widths / STRIDE).ceil().long()
        yield Batch(
            spoilt(seen, chance)[:, None], steps, [bucket.texts[k] for k in chosen.tolist()]
        )


def trained(given: argparse.Namespace) -> None:
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(given.seed)
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = True
    network = FigureNetwork(SIZES[given.size]).to(device)
    mean = copy.deepcopy(network).eval()
    shelf = Shelf(given.samples, device)
    tests = [loaded(path) for path in sorted(given.test.glob("*.npz"))]
    weights = sum(p.numel() for p in network.parameters())
    print(f"{weights} weights on {device.type}", flush=True)
    optimiser = torch.optim.AdamW(network.parameters(), lr=given.rate, weight_decay=0.01)
    started, loss_mean, seen = time.time(), 0.0, 0
    for step, batch in enumerate(batches(shelf, given.seed, device), start=1):
        done = max(step / given.steps, (time.time() - started) / given.seconds)
        rate = given.rate * min(step / _WARM, 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done)))
        for group in optimiser.param_groups:
            group["lr"] = rate
        loss = _loss(network, batch)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        _remember(mean, network, min(_MEMORY, step / (step + 20)))
        seen += len(batch.texts)
        if step % 50 == 0:
            loss_mean += 0.2 * (float(loss.detach()) - loss_mean)
        last = done >= 1
        if step % given.every == 0 or last:
            told = {
                "step": step, "crops": seen, "seconds": round(time.time() - started),
                "loss": round(loss_mean, 4), "shelf": shelf.count,
                "exact": exact(mean, [s for held in tests for s in held][: given.tests], device),
            }  # fmt: skip
            print(json.dumps(told), flush=True)
            with given.out.with_suffix(".jsonl").open("a") as story:
                story.write(json.dumps(told) + "\n")
            exported(copy.deepcopy(mean).cpu(), given.out.with_suffix(".onnx"))
        if last:
            return


def _loss(network: FigureNetwork, batch: Batch) -> Tensor:
    on = batch.ink.device.type
    with torch.autocast(on, torch.bfloat16, enabled=on == "cuda"):
        told = network(batch.ink)
    answer = told.float().transpose(0, 1)
    target = torch.tensor([k for text in batch.texts for k in text], device=answer.device)
    lengths = torch.tensor([len(text) for text in batch.texts], device=answer.device)
    steps = batch.steps.clamp(max=answer.shape[0])
    loss: Tensor = torch.nn.functional.ctc_loss(answer, target, steps, lengths, zero_infinity=True)
    return loss


def _remember(mean: FigureNetwork, network: FigureNetwork, memory: float) -> None:
    now = network.state_dict()
    with torch.no_grad():
        for name, kept in mean.state_dict().items():
            if kept.dtype.is_floating_point:
                kept.lerp_(now[name], 1 - memory)
            else:
                kept.copy_(now[name])


def padded(crops: Sequence[Floats]) -> Floats:
    """The crops as one array, paper to the right of the narrower ones."""
    wide = -(-max(crop.shape[1] for crop in crops) // STRIDE) * STRIDE
    batch = np.zeros((len(crops), HEIGHT, wide), np.float32)
    for row, crop in zip(batch, crops, strict=True):
        row[:, : crop.shape[1]] = crop
    return batch


def exact(network: FigureNetwork, samples: Sequence[Sample], device: torch.device) -> float:
    """The share of crops whose most probable path says just what is printed."""
    right = 0
    plain = [s.crop[(s.crop.shape[0] - HEIGHT) // 2 :][:HEIGHT] for s in samples]
    order = sorted(range(len(plain)), key=lambda k: plain[k].shape[1])
    with torch.no_grad():
        for start in range(0, len(order), 64):
            chosen = order[start : start + 64]
            ink = torch.from_numpy(padded([plain[k] for k in chosen]))[:, None].to(device)
            paths = network(ink).argmax(2).cpu()
            for k, path in zip(chosen, paths.tolist(), strict=True):
                steps = -(-plain[k].shape[1] // STRIDE)
                right += _collapsed(path[:steps]) == samples[k].text
    return round(right / len(samples), 4) if samples else 0.0


def _collapsed(path: Sequence[int]) -> str:
    return "".join(CLASSES[k] for n, k in enumerate(path) if k and (n == 0 or path[n - 1] != k))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=Path, required=True)
    parser.add_argument("--test", type=Path, required=True)
    parser.add_argument("--tests", type=int, default=4000)
    parser.add_argument("--out", type=Path, required=True, help="without a suffix")
    parser.add_argument("--size", choices=sorted(SIZES), default="glance")
    parser.add_argument("--steps", type=int, default=20000)
    parser.add_argument("--seconds", type=float, default=math.inf, help="stop after so many")
    parser.add_argument("--every", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=1)
    trained(parser.parse_args())


if __name__ == "__main__":
    main()
