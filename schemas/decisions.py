"""What a person decided about a cell, a row or a column of a result.

Decisions are facts about the paper, kept in the order in which they were made. What they
do to a result is worked out elsewhere, and always from the first result on: taking one
back is leaving it out.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from schemas.draft import ColumnType, Role
from schemas.result import DecimalText

Name = Annotated[str, Field(min_length=1, max_length=200)]
Note = Annotated[str, Field(max_length=2000)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _OnCell(_Frozen):
    table: Name
    row: Name
    column: Name
    note: Note = ""


class Figure(_OnCell):
    """This figure is printed here, in the printed unit."""

    kind: Literal["figure"]
    value: DecimalText


class Blank(_OnCell):
    """Nothing is printed here."""

    kind: Literal["blank"]


class Dash(_OnCell):
    """A dash is printed here: no figure, and the paper says so."""

    kind: Literal["dash"]


class SourceError(_OnCell):
    """The figure is read rightly, and the publisher's own sum is wrong."""

    kind: Literal["source_error"]


class Unreadable(_OnCell):
    """A person can't read it either."""

    kind: Literal["unreadable"]


class Words(_OnCell):
    """These words are printed here, in a column that holds no figures: a row's name, say."""

    kind: Literal["words"]
    text: Annotated[str, Field(min_length=1, max_length=500)]


class RowMeaning(_Frozen):
    """What a row is: its role and the row that it adds into (None: a top row)."""

    kind: Literal["row"]
    table: Name
    row: Name
    role: Role
    parent: Name | None
    note: Note = ""


class AddedRow(_Frozen):
    """A row is printed that was not read: below ``after`` (None: above all others).

    ``row`` is the name that it gets, which no other row of the table has. The rows
    ``children`` add into it. Its figures are doubtful until a person has said them.
    """

    kind: Literal["add_row"]
    table: Name
    row: Name
    after: Name | None
    label: Annotated[str, Field(max_length=500)]
    role: Role
    parent: Name | None
    children: Annotated[tuple[Name, ...], Field(max_length=2000)] = ()
    note: Note = ""


class DroppedRow(_Frozen):
    """No such row is printed; rows that added into it add into what it added into."""

    kind: Literal["drop_row"]
    table: Name
    row: Name
    note: Note = ""


class ColumnMeaning(_Frozen):
    """What a column is; a label of None stays as read."""

    kind: Literal["column"]
    table: Name
    column: Name
    type: ColumnType
    label: Name | None = None
    note: Note = ""


class Undo(_Frozen):
    """Takes back the decision of that number."""

    kind: Literal["undo"]
    decision: Annotated[int, Field(ge=1, le=2**31 - 1)]
    note: Note = ""


Decision = Annotated[
    Figure
    | Blank
    | Dash
    | SourceError
    | Unreadable
    | Words
    | RowMeaning
    | AddedRow
    | DroppedRow
    | ColumnMeaning,
    Field(discriminator="kind"),
]
"""What :func:`worker.settle.settle` may be given."""

Step = Annotated[
    Figure
    | Blank
    | Dash
    | SourceError
    | Unreadable
    | Words
    | RowMeaning
    | AddedRow
    | DroppedRow
    | ColumnMeaning
    | Undo,
    Field(discriminator="kind"),
]
"""What a person may send: a decision, or the undoing of one."""

STEP: TypeAdapter[Step] = TypeAdapter(Step)
DECISION: TypeAdapter[Decision] = TypeAdapter(Decision)
