"""How deep each row of a table stands in its tree."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.result import Row


def depths(rows: Sequence[Row]) -> dict[str, int]:
    """Row id to depth, 0 for a top row.

    A parent that is not there ends the climb, and so does a circle, which only a damaged
    result file can hold.
    """
    parents = {row.id: row.parent for row in rows}

    def climb(row_id: str) -> int:
        depth, seen = 0, {row_id}
        parent = parents[row_id]
        while parent in parents and parent not in seen:
            seen.add(parent)
            depth, parent = depth + 1, parents[parent]
        return depth

    return {row.id: climb(row.id) for row in rows}


def guides(rows: Sequence[Row]) -> dict[str, str]:
    """Row id to the branches drawn before its label (``│  └─ ``).

    Branches need every parent printed right above its children. Where totals stand
    below, as many tables print them, each level is two spaces instead.
    """
    depth = depths(rows)
    if not _in_tree_order(rows):
        return {row.id: "  " * depth[row.id] for row in rows}
    found: dict[str, str] = {}
    open_levels: set[int] = set()
    for row in reversed(rows):  # from below: a level is open where a later sibling hangs
        level = depth[row.id]
        open_levels = {n for n in open_levels if n <= level}
        stems = "".join("│  " if n in open_levels else "   " for n in range(1, level))
        branch = ("├─ " if level in open_levels else "└─ ") if level else ""
        found[row.id] = stems + branch
        open_levels.add(level)
    return found


def _in_tree_order(rows: Sequence[Row]) -> bool:
    known = {row.id for row in rows}
    path: list[str] = []
    for row in rows:
        parent = row.parent if row.parent in known else None
        while path and path[-1] != parent:
            path.pop()
        if parent is not None and not path:
            return False
        path.append(row.id)
    return True
