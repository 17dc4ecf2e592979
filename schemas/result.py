"""The result file, version 1: what outside programs read.

Names are never renamed or dropped within version 1; new ones may come.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas.draft import ColumnType, Role, Stated
from schemas.page import PageSource, TokenSource

Verdict = Literal["proved", "accepted", "repaired", "doubtful", "source_error", "human"]
CheckStatus = Literal["pass", "rounding", "fail", "not_applicable"]
Status = Literal["verified", "review", "empty", "failed"]
Probability = Annotated[float, Field(ge=0.0, le=1.0)]
BoxList = tuple[float, float, float, float]
DecimalText = Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?$")]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Alternative(_Frozen):
    """Another reading of the same ink."""

    value: str | None
    confidence: Probability


class Said(_Frozen):
    """One sentence in both languages of the program."""

    en: str
    zh: str


class Misreading(_Frozen):
    """A cell that would have to be another figure; ``value`` is None for a blank one."""

    table: str
    row: str
    column: str
    value: DecimalText | None


class Certificate(_Frozen):
    """What vouches for a figure, and what it would take to be wrong all the same.

    ``checks`` are ids of the sums through the cell that hold. ``deceived_by`` is the least
    surprising set of misreadings, this cell's among them, that would leave the sums as good
    as they are; () where none was found within the search.
    """

    checks: tuple[str, ...] = ()
    deceived_by: tuple[Misreading, ...] = ()


class Cell(_Frozen):
    """A cell of a result; ``bbox`` in PDF points of the page as displayed, origin top left.

    ``margin`` says how much less probable the best world is in which the cell has another
    value, as a natural logarithm; None where nothing was weighed. ``reason`` and
    ``certificate`` come with verdicts that a person may want to question.
    """

    value: str | None
    text: str
    page: int
    bbox: BoxList
    source: TokenSource
    confidence: Probability
    verdict: Verdict | None = None
    checks: tuple[str, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    margin: float | None = None
    reason: Said | None = None
    certificate: Certificate | None = None


class TargetValue(_Frozen):
    """A target of an indicator, as printed and as parsed."""

    text: str
    operator: str | None
    value: str | None
    unit: str | None
    words: str | None


class IndicatorResult(_Frozen):
    """One performance indicator with its own text and place."""

    number: int
    text: str
    level1_code: str
    level1: str
    level2_code: str
    level2: str
    name: str
    term_target: TargetValue | None
    year_target: TargetValue | None
    page: int
    bbox: BoxList


class ResultColumn(_Frozen):
    key: str
    label: str
    type: ColumnType
    path: tuple[str, ...] = ()


class RowSideResult(_Frozen):
    """What a row says in one of the tables side by side in a grid; see ``Table.sides``."""

    label: str
    role: Role
    parent: str | None


class TableSide(_Frozen):
    """One of the tables side by side: its label column and its columns of figures (keys)."""

    label: str
    amounts: tuple[str, ...]


class Row(_Frozen):
    """A row. ``code`` is its whole code, parts that only rows above print included.

    ``sides`` has one entry for each of the table's sides; label, role and parent of the row
    itself are those of the first that has a label there.
    """

    id: str
    parent: str | None
    role: Role
    label: str
    pages: tuple[int, ...]
    cells: dict[str, Cell]
    indicators: tuple[IndicatorResult, ...] = ()
    code: str | None = None
    sides: tuple[RowSideResult, ...] = ()


class CheckResult(_Frozen):
    """One sum: ``difference`` is result minus the sum of the terms, in the printed unit."""

    id: str
    rule: str
    status: CheckStatus
    result: tuple[str, str]
    terms: tuple[tuple[str, str], ...]
    difference: DecimalText | None
    page: int


class BookletCheck(_Frozen):
    """One sum between tables; cells are (table id, row id, column key).

    ``difference`` is result minus the sum of the terms, in the unit ``unit``.
    """

    id: str
    rule: str
    status: CheckStatus
    result: tuple[str, str, str]
    terms: tuple[tuple[str, str, str], ...]
    difference: DecimalText | None
    unit: str | None
    page: int


class Table(_Frozen):
    """One table. ``form_confidence`` is how sure its form is.

    ``stated`` says of ``organisation``, ``fiscal_year`` and ``unit`` where each was found:
    at the ``table``, on the ``cover``, or where the ``booklet``'s other tables agree.
    ``sides`` are tables that stand side by side in one grid, empty where it is one table;
    ``notes`` the remarks printed under it.
    """

    id: str
    form: str
    title: str | None
    organisation: str | None
    fiscal_year: int | None
    unit: str | None
    pages: tuple[int, ...]
    columns: tuple[ResultColumn, ...]
    rows: tuple[Row, ...]
    checks: tuple[CheckResult, ...]
    form_confidence: Probability = 1.0
    stated: dict[str, Stated] = Field(default_factory=dict)
    sides: tuple[TableSide, ...] = ()
    notes: tuple[str, ...] = ()


class ReviewItem(_Frozen):
    """A cell that a person must look at; a higher priority comes first."""

    table: str
    row: str
    column: str
    reason: str
    priority: Probability
    reason_zh: str = ""


class Engine(_Frozen):
    crossfoot: str
    ocr: str | None
    model: str | None = None
    prompt: str | None = None


PageKind = Literal["table", "prose", "cover", "contents", "blank"]


class Document(_Frozen):
    """The document; ``page_kinds`` says of every page what it holds."""

    name: str
    sha256: str
    pages: int
    page_sources: tuple[PageSource, ...]
    engine: Engine
    page_kinds: tuple[PageKind, ...] = ()


class Usage(_Frozen):
    seconds: float
    model_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: str | None = None


class ResultWarning(_Frozen):
    code: str
    page: int | None
    message: str


class Failure(_Frozen):
    """Why a document failed: a category, the cause, and what to do."""

    category: str
    message: str


class Result(_Frozen):
    """The whole answer for one document."""

    schema_version: Literal["1"] = "1"
    status: Status
    document: Document
    tables: tuple[Table, ...] = ()
    review: tuple[ReviewItem, ...] = ()
    checks: tuple[BookletCheck, ...] = ()
    usage: Usage
    warnings: tuple[ResultWarning, ...] = ()
    error: Failure | None = None
