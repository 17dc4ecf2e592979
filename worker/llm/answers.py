"""The forms of a model's answers: small, so that weak models can fill them.

Everything is said in numbers of pieces of ink. The only words are those that a model must
repeat (a row's label, a column's name), so that a slip of its numbers shows.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas.draft import ColumnType, Role

Id = Annotated[int, Field(ge=1, le=100_000)]
Ids = Annotated[list[Id], Field(max_length=200)]
Short = Annotated[str, Field(max_length=400)]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HeadColumn(_Answer):
    """A column: ``name`` is its printed header, ``ids`` the ink of it, outermost first."""

    name: Short
    ids: Ids
    kind: ColumnType


class HeadAnswer(_Answer):
    """``body`` is the number of the first line that is a row and no header."""

    columns: Annotated[list[HeadColumn], Field(min_length=1, max_length=60)]
    body: Annotated[int, Field(ge=0, le=100_000)]
    form: Short = ""


class RowCell(_Answer):
    """``c`` is the column's number, ``ids`` the ink in it."""

    c: Annotated[int, Field(ge=0, le=59)]
    ids: Ids


class BlockRow(_Answer):
    """A row of the table.

    ``label`` repeats its words; ``under`` is an id of the row above that this one is a part
    of, 0 where it is part of none.
    """

    label: Short
    role: Role
    under: Annotated[int, Field(ge=0, le=100_000)]
    cells: Annotated[list[RowCell], Field(max_length=60)]


class BlockAnswer(_Answer):
    """``outside`` is the ink that belongs to no row: page numbers, notes."""

    rows: Annotated[list[BlockRow], Field(max_length=100)]
    outside: Ids


class CropAnswer(_Answer):
    """What one crop shows: ``text`` as printed, empty where nothing is; ``sure`` from 0 to 1.

    ``or_else`` are other readings that the ink allows.
    """

    text: Annotated[str, Field(max_length=40)]
    sure: Annotated[float, Field(ge=0.0, le=1.0)]
    or_else: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=4)]


class CheckAnswer(_Answer):
    """For ``crossfoot model check``: the sum of what is shown, to see that it can answer."""

    word: Literal["ready", "not_ready"]
    lines: Annotated[int, Field(ge=0, le=100)]
