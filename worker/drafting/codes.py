"""The whole code of each row, in one column, split over several, or at the head of a label."""

from __future__ import annotations

from collections.abc import Sequence

from worker.drafting.columns import Panel
from worker.drafting.layout import Layout
from worker.drafting.outline import carried, code_parts, row_label


def row_codes(layout: Layout, panel: Panel) -> list[str | None]:
    """For each body row its code, with the parts that only rows above it print; None: none."""
    above: tuple[str, ...] = ()
    codes: list[str | None] = []
    for row in range(len(layout.body)):
        parts = code_parts(layout, panel, row, row_label(layout, panel, row))
        if not any(parts):
            codes.append(None)
            continue
        above = carried(parts, above) if len(panel.codes) > 1 and len(parts) > 1 else parts
        codes.append(_joined(above))
    return codes


def _joined(parts: Sequence[str]) -> str:
    """The parts as one code; a part that repeats those before it stands for them all."""
    whole = ""
    for part in parts:
        whole = part if whole and part.startswith(whole) else whole + part
    return whole
