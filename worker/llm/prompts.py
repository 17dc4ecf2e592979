"""The prompts, read from the folder ``prompts``: one file each, its version in its name."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from worker.llm.question import Turn

TABLE_HEAD = "table_head.v2"
TABLE_BLOCK = "table_block.v1"
ASK_AGAIN = "ask_again.v1"
INDICATORS = "indicators.v1"
CROP = "crop.v1"
CHECK = "check.v1"

# Beside this package, in the source tree and where it is installed.
_FOLDER = Path(__file__).resolve().parents[2] / "prompts"


@dataclass(frozen=True, slots=True)
class Prompt:
    """``name`` has version and digest of the text; ``examples`` are turns before the data."""

    name: str
    text: str
    examples: tuple[Turn, ...] = ()


@lru_cache
def prompt(name: str) -> Prompt:
    """The prompt of that name with its examples, if there are any."""
    text = _FOLDER.joinpath(f"{name}.md").read_text(encoding="utf-8").strip()
    held = _FOLDER.joinpath(f"{name}.examples.json")
    shown = held.read_text(encoding="utf-8") if held.is_file() else "[]"
    digest = hashlib.sha256((text + shown).encode()).hexdigest()[:8]
    turns = tuple(Turn(one["role"], one["text"]) for one in json.loads(shown))
    return Prompt(f"{name}-{digest}", text, turns)
