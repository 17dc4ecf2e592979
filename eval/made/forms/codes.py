"""Classification codes and names: a tree of them, and the columns where they stand."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from eval.made.spec import Codes
from eval.made.table import MadeColumn, Value
from eval.made.tree import Branch
from schemas.draft import Role

_LEVELS = (3, 5, 7)
_PARTS = ("class", "section", "item")


@dataclass(frozen=True, slots=True)
class CodeManner:
    """How a table prints its codes.

    ``levels`` are the lengths of the codes, outermost first. ``own_part_only`` leaves the
    columns of a split code blank but for the row's own part. ``bracketed`` prints
    ``[205]教育支出`` where codes stand in the label.
    """

    codes: Codes
    levels: tuple[int, ...]
    own_part_only: bool
    bracketed: bool

    def columns(self, over: str, name: str) -> tuple[MadeColumn, ...]:
        """The columns left of the figures; ``over`` stands above them where they are several."""
        above = (over,) if over and self.codes in ("column", "split") else ()
        if self.codes == "split":
            split = (*above, "科目编码")
            heads = ("类", "款", "项")[: len(self.levels)]
            parts = tuple(
                MadeColumn(key, "code", (*split, head))
                for key, head in zip(_PARTS, heads, strict=False)
            )
            return (*parts, MadeColumn("name", "label", (*above, name)))
        label = MadeColumn("name", "label", (*above, name))
        if self.codes == "column":
            return (MadeColumn("code", "code", (*above, "科目编码")), label)
        return (label,)

    def values(self, code: str) -> dict[str, Value]:
        """The texts of the code columns in the row of ``code``."""
        if self.codes == "column":
            return {"code": code}
        if self.codes != "split":
            return {}
        starts = (0, *self.levels)
        pieces = [code[a:b] for a, b in zip(starts, self.levels, strict=False) if code[a:b]]
        last = len(pieces) - 1
        return {
            _PARTS[at]: piece
            for at, piece in enumerate(pieces)
            if at == last or not self.own_part_only
        }

    def label(self, code: str, name: str) -> str:
        if self.codes != "label":
            return name
        return f"[{code}]{name}" if self.bracketed else f"{code} {name}"


def draw_manner(rng: random.Random, codes: Codes, levels: tuple[int, ...] = _LEVELS) -> CodeManner:
    """A manner for codes of these lengths."""
    return CodeManner(codes, levels, rng.random() < 0.5, rng.random() < 0.5)


def classified(
    leaves: Mapping[str, Mapping[str, Value]],
    names: Iterable[tuple[str, str]],
    manner: CodeManner,
    depth: int = 0,
) -> tuple[Branch, ...]:
    """The trees whose innermost rows are ``leaves`` (code to figures), by code."""
    known = dict(names)
    return _level(tuple(sorted(leaves)), leaves, known, manner, 0, depth)


def _level(
    codes: Sequence[str],
    leaves: Mapping[str, Mapping[str, Value]],
    names: Mapping[str, str],
    manner: CodeManner,
    level: int,
    depth: int,
) -> tuple[Branch, ...]:
    length = manner.levels[level]
    branches = []
    for code in dict.fromkeys(one[:length] for one in codes):
        below = [one for one in codes if one.startswith(code)]
        leaf = code in leaves
        role: Role = "item" if leaf else "group"
        figures = leaves[code] if leaf else {}
        branches.append(
            Branch(
                label=manner.label(code, names[code]),
                role=role,
                values={**manner.values(code), **figures},
                children=() if leaf else _level(below, leaves, names, manner, level + 1, depth + 1),
                depth=depth,
            )
        )
    return tuple(branches)
