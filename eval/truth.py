"""Gold in the result format: what is printed, said by the code that printed it.

Values are true by construction, so every cell has confidence 1.0 and its source is a person.
Checks and verdicts are left out: they are opinions of a reader.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from hashlib import sha256

from eval.typeset import SetLine
from schemas.amount import Amount, parse_amount
from schemas.draft import ColumnType
from schemas.geometry import Box
from schemas.page import PageSource
from schemas.result import (
    BoxList,
    Cell,
    Document,
    Engine,
    Result,
    Table,
    Usage,
)

_FLAT_LIST = re.compile(r"\[[^\[\]{}\"]*\]")


def true_result(pdf: bytes, name: str, source: PageSource, table: Table, pages: int) -> Result:
    """A result that holds the truth about the document ``pdf`` with its one table."""
    return Result(
        status="verified",
        document=Document(
            name=name,
            sha256=sha256(pdf).hexdigest(),
            pages=pages,
            page_sources=(source,) * pages,
            engine=Engine(crossfoot="gold", ocr=None),
        ),
        tables=(table,),
        usage=Usage(seconds=0.0),
    )


def gold_json(result: Result) -> str:
    """The gold as a file: what is not said is left out, short lists stand on one line."""
    said = result.model_dump(mode="json", exclude_defaults=True)
    text = json.dumps(
        {"schema_version": result.schema_version, **said}, ensure_ascii=False, indent=1
    )
    return _FLAT_LIST.sub(lambda found: _flat(found[0]), text) + "\n"


def printed_cell(
    text: str, lines: Sequence[SetLine], box: Box, page: int, kind: ColumnType
) -> Cell:
    """The cell that prints ``text``; its box is that of the ink, of the cell where blank."""
    amount = parse_amount(text) if kind == "amount" else None
    return Cell(
        value=amount.canonical() if isinstance(amount, Amount) else None,
        text=text,
        page=page,
        bbox=corners(Box.around(line.box for line in lines) if lines else box),
        source="human",
        confidence=1.0,
    )


def corners(box: Box) -> BoxList:
    """The box in the result's order, to a hundredth of a point."""
    return (round(box.x0, 2), round(box.y0, 2), round(box.x1, 2), round(box.y1, 2))


def _flat(printed: str) -> str:
    return " ".join(printed.split()).replace("[ ", "[").replace(" ]", "]")
