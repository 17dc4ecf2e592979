"""What a run was made of, so that its log alone reproduces its figures."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from eval.runs.documents import ROOT, Document


class Manifest(BaseModel):
    """The run's log.

    ``identity`` is what must be the same for a run to be taken up again; ``changes`` is the
    SHA-256 of what differs from the commit, None where nothing does.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    suite: str
    levels: tuple[str, ...]
    limit: int | None
    engine: str
    engine_settings: dict[str, str]
    outside: bool
    documents: tuple[str, ...]
    seeds: tuple[int, ...]
    commit: str | None
    changes: str | None
    prompts: dict[str, str]
    models: dict[str, str]
    packages: dict[str, str]
    python: str
    machine: dict[str, str]
    command: tuple[str, ...]
    jobs: int
    started: str
    bootstrap_seed: int

    @property
    def identity(self) -> dict[str, Any]:
        settled = {"command", "jobs", "started", "machine"}
        return self.model_dump(mode="json", exclude=settled)


def commit() -> str | None:
    """The commit that the code stands at; None outside of a repository."""
    said = _git("rev-parse", "HEAD")
    return said.decode().strip() if said else None


def changes() -> str | None:
    """The SHA-256 of all that differs from the commit, files that git does not know included."""
    changed = _git("diff", "HEAD", "--binary") or b""
    unknown = (_git("ls-files", "--others", "--exclude-standard", "-z") or b"").split(b"\0")
    digest = sha256(changed)
    for name in sorted(filter(None, unknown)):
        path = ROOT / os.fsdecode(name)
        digest.update(name + (path.read_bytes() if path.is_file() else b""))
    return digest.hexdigest() if changed or any(unknown) else None


def _git(*arguments: str) -> bytes | None:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=ROOT, capture_output=True, check=True, timeout=60
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout


def prompts() -> dict[str, str]:
    """Every prompt by its name, with the SHA-256 of its text."""
    return _hashes(path for path in (ROOT / "prompts").rglob("*") if path.suffix in {".md", ".txt"})


def models(folder: Path | None) -> dict[str, str]:
    """Every model file under ``folder`` with its SHA-256."""
    if folder is None or not folder.is_dir():
        return {}
    return _hashes(path for path in folder.rglob("*.onnx"))


def _hashes(paths: Iterable[Path]) -> dict[str, str]:
    return {path.name if path.parent == ROOT / "prompts" else _last_parts(path): _sha256(path)
            for path in sorted(paths)}  # fmt: skip


def _last_parts(path: Path) -> str:
    return "/".join(path.parts[-4:])


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        digest = sha256()
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def packages() -> dict[str, str]:
    """Every installed package with its version."""
    held = {
        dist.metadata["Name"]: dist.version
        for dist in importlib.metadata.distributions()
        if dist.metadata["Name"]
    }
    return dict(sorted(held.items(), key=lambda item: item[0].lower()))


def machine() -> Mapping[str, str]:
    return {
        "system": platform.platform(),
        "processor": _processor(),
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity")
                     else os.cpu_count()),
    }  # fmt: skip


def _processor() -> str:
    """The processor's name, where the system tells it."""
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in told.splitlines() if "model name" in line]
    return names[0] if names else platform.machine()


def seeds(documents: Iterable[Document]) -> tuple[int, ...]:
    """The seeds of the made documents."""
    return tuple(sorted({one.seed for one in documents if one.kind == "made"}))
