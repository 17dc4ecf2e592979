"""The forms of a model's answers: small, so that weak models can fill them.

Everything is said in numbers of pieces of ink. The only words are those that a model must
repeat (a row's label, a column's name), so that a slip of its numbers shows.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from schemas.draft import ColumnType, Role

# No bounds in the schema that is sent: constrained decoders unroll them into huge grammars. How
# long an answer may be is bounded by its tokens, and what numbers it may name by grounding.
Number = Annotated[int, WithJsonSchema({"type": "integer"})]
Ids = list[Number]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HeadColumn(_Answer):
    """A column: ``name`` is its printed header, ``ids`` the ink of it, outermost first."""

    name: str
    ids: Ids
    kind: ColumnType


class HeadAnswer(_Answer):
    """``body`` is the number of the first line that is a row and no header.

    ``title`` repeats the words of ``title_ids``, the ink of the table's title.
    """

    columns: Annotated[list[HeadColumn], Field(min_length=1)]
    body: Number
    title: str = ""
    title_ids: Ids = []


class RowCell(_Answer):
    """``c`` is the column's number, ``ids`` the ink in it."""

    c: Number
    ids: Ids


class BlockRow(_Answer):
    """A row of the table.

    ``label`` repeats its words; ``under`` is an id of the row above that this one is a part
    of, 0 where it is part of none.
    """

    label: str
    role: Role
    under: Number
    cells: list[RowCell]


class BlockAnswer(_Answer):
    """``outside`` is the ink that belongs to no row: page numbers, notes."""

    rows: list[BlockRow]
    outside: Ids


class IndicatorFields(_Answer):
    """One indicator: the texts of its fields as printed, "" where nothing is."""

    level1: str
    level2: str
    name: str
    term: str
    year: str


class IndicatorAnswer(_Answer):
    """The indicators of a stretch of text, in the order of print."""

    indicators: list[IndicatorFields]


class CropAnswer(_Answer):
    """What one crop shows: ``text`` as printed, empty where nothing is; ``sure`` from 0 to 1.

    ``or_else`` are other readings that the ink allows.
    """

    text: str
    sure: Annotated[float, Field(ge=0.0, le=1.0)]
    or_else: list[str]


class CheckAnswer(_Answer):
    """For ``crossfoot model check``: the sum of what is shown, to see that it can answer."""

    word: Literal["ready", "not_ready"]
    lines: Number
