"""Every figure that is not right, with its ink."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path

from eval.report.html import Html, joined, tag
from eval.runs.compare import Change, Comparison
from eval.runs.record import CellRecord, Record

_HEADS = ("ink", "document", "row", "column", "printed", "read", "verdict")


def gallery(records: Sequence[Record], folder: Path, limit: int | None) -> Html:
    """A table of the wrong figures, the silent ones first; at most ``limit`` of them."""
    cells = [(record.name, cell) for record in records for cell in record.cells]
    cells.sort(key=lambda held: (not held[1].silent, held[1].kind == "missing"))
    shown = cells if limit is None else cells[:limit]
    if not cells:
        return tag("p", "No figure is wrong, lost or too many.")
    said = f"{len(cells)} figures are wrong, lost or too many"
    if len(shown) < len(cells):
        said += f"; {len(shown)} of them are shown, those that slipped through first"
    rows = [_row(name, cell, folder) for name, cell in shown]
    return joined(tag("p", f"{said}."), _table(_HEADS, rows))


def changes(comparison: Comparison, before: Path, after: Path) -> Html:
    """A table of the figures that two runs judge differently."""
    heads = ("", "ink", "document", "row", "column", "printed", "before", "after")
    rows = [_change(change, before, after) for change in comparison.changes]
    return _table(heads, rows) if rows else tag("p", "Every figure is judged alike.")


def _table(heads: Sequence[str], rows: Sequence[Html]) -> Html:
    head = tag("tr", *(tag("th", text) for text in heads))
    return tag("table", tag("thead", head), tag("tbody", *rows), class_="gallery")


def _row(document: str, cell: CellRecord, folder: Path) -> Html:
    texts = (*_where(document, cell), cell.expected or "nothing", cell.found or "nothing")
    cells = [tag("td", ink(cell, folder)), *(tag("td", text) for text in texts)]
    sure = "" if cell.confidence is None else f" {cell.confidence:.4f}"
    cells.append(tag("td", f"{cell.verdict or cell.kind}{sure}"))
    return tag("tr", *cells, class_="silent" if cell.silent else None)


def _change(change: Change, before: Path, after: Path) -> Html:
    cell = change.cell
    picture = ink(cell, after if change.after is not None else before)
    texts = (*_where(change.document, cell), cell.expected or "nothing")
    judged = (_judged(change.before), _judged(change.after))
    cells = [tag("td", change.turn), tag("td", picture)]
    return tag("tr", *cells, *(tag("td", text) for text in (*texts, *judged)), class_=change.turn)


def _judged(cell: CellRecord | None) -> str:
    return "right" if cell is None else f"{cell.found or 'nothing'} ({cell.verdict or cell.kind})"


def _where(document: str, cell: CellRecord) -> tuple[str, str, str]:
    page = "" if cell.page is None else f" p. {cell.page}"
    return f"{document}{page}", cell.row[:40], cell.column[:40]


def ink(cell: CellRecord, folder: Path) -> Html:
    """The picture of the cell, held in the page itself; a remark where there is none."""
    if cell.crop is None:
        return tag("span", "no place known", class_="none")
    try:
        content = (folder / "crops" / cell.crop).read_bytes()
    except OSError:
        return tag("span", "picture lost", class_="none")
    data = base64.b64encode(content).decode("ascii")
    return tag("img", src=f"data:image/webp;base64,{data}", alt=cell.expected or "")
