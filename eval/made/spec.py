"""Which document to make: every choice of content, print and layout, drawn from a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from eval.typeset import CHINESE

Arithmetic = Literal["exact", "rounded", "error"]
Negatives = Literal["minus", "brackets", "triangle"]
Zero = Literal["blank", "zero", "dash", "hyphen"]
Rulings = Literal["grid", "half_open", "rows", "three_line", "none"]
Codes = Literal["column", "split", "label", "none"]
Indent = Literal["spaces", "padding", "none"]
IndicatorManner = Literal["string", "string_dotted", "rows"]
PageTurn = Literal[0, 90, 270]
Length = Literal["short", "medium", "long"]

FORMS = (
    "revenue_expenditure",
    "revenue",
    "expenditure",
    "fiscal_appropriation",
    "general_public",
    "general_public_basic",
    "three_publics",
    "government_fund",
    "state_capital",
    "project_expenditure",
    "project_performance",
    "overall_performance",
    "procurement",
    "allocation",
    "statement",
)
"""The keys of the forms that can be made; ``statement`` is an English statement of revenue."""

_WEIGHTS = {"project_performance": 3, "allocation": 2, "general_public": 2, "statement": 1}
_LATINS = (CHINESE, "helv", "tiro", "cour")
_Choice = TypeVar("_Choice")


@dataclass(frozen=True, slots=True)
class MadeSpec:
    """A description of one made document; the same spec makes the same bytes.

    Attributes:
        seed: of all that the other choices leave open: names, figures, words.
        forms: the tables of the document, in order.
        length: how many rows there are.
        empty: a fund or capital table has nothing to show.
        arithmetic: figures add up, or each is rounded by itself, or the publisher erred.
        indicators: how performance indicators are printed.
        unit: the currency unit, and in ``decimals`` how finely it is printed.
        zero: how a zero is printed; ``blank`` prints nothing.
        codes: where classification codes stand; ``split`` is one column for each level.
        total_last: the total stands below what it adds up.
        numbered: a row under the header numbers the columns.
        rulings: which lines are drawn.
        latin: the font of figures and Latin letters.
        row_room: how much air a row has, times the font size.
        cut_rows: a page break may fall within a row.
        page_turn: the page's own /Rotate, in degrees; it is displayed upright.
        prose: a page of text without a table stands before the first table.
        unit_in_header: the unit is printed in the amount columns' header, not above.
        elsewhere: titles, columns and their order are those of no known form.
    """

    seed: int
    forms: tuple[str, ...]
    length: Length = "medium"
    empty: bool = False
    arithmetic: Arithmetic = "exact"
    indicators: IndicatorManner = "string"
    unit: str = "万元"
    decimals: int = 2
    separators: bool = True
    negatives: Negatives = "minus"
    zero: Zero = "blank"
    codes: Codes = "column"
    total_last: bool = False
    numbered: bool = False
    rulings: Rulings = "grid"
    indent: Indent = "spaces"
    landscape: bool = False
    size: float = 9.0
    latin: str = CHINESE
    row_room: float = 0.7
    header_repeated: bool = True
    cut_rows: bool = False
    page_turn: PageTurn = 0
    prose: bool = False
    unit_in_header: bool = False
    elsewhere: bool = False

    def __post_init__(self) -> None:
        unknown = set(self.forms) - set(FORMS)
        if unknown or not self.forms:
            raise ValueError(f"no such forms: {sorted(unknown)}; known: {', '.join(FORMS)}")


def draw_spec(seed: int, form: str | None = None) -> MadeSpec:
    """The document that ``seed`` stands for; with ``form``, one whose first table is that."""
    rng = random.Random(f"spec {seed}")
    first = rng.choices(FORMS, [_WEIGHTS.get(key, 1) for key in FORMS])[0]
    spec = MadeSpec(
        seed=seed,
        forms=_forms(rng, form or first),
        length=_pick(rng, {"short": 3, "medium": 4, "long": 1}),
        empty=rng.random() < 0.5,
        arithmetic=_pick(rng, {"exact": 6, "rounded": 2, "error": 1}),
        indicators=_pick(rng, {"string": 3, "string_dotted": 1, "rows": 2}),
        negatives=_pick(rng, {"minus": 3, "brackets": 1, "triangle": 1}),
        zero=_pick(rng, {"blank": 4, "zero": 4, "dash": 1, "hyphen": 1}),
        separators=rng.random() < 0.6,
        codes=_pick(rng, {"column": 4, "split": 2, "label": 2, "none": 2}),
        total_last=rng.random() < 0.2,
        numbered=rng.random() < 0.2,
        rulings=_pick(rng, {"grid": 9, "half_open": 3, "rows": 2, "three_line": 2, "none": 2}),
        indent=_pick(rng, {"spaces": 3, "padding": 3, "none": 2}),
        landscape=rng.random() < 0.5,
        size=rng.choice((7.0, 7.5, 8.0, 9.0, 9.0, 10.0, 10.5, 12.0)),
        latin=rng.choice(_LATINS),
        row_room=rng.choice((0.35, 0.5, 0.7, 1.0, 1.4)),
        header_repeated=rng.random() < 0.7,
        cut_rows=rng.random() < 0.5,
        page_turn=_pick(rng, {0: 8, 90: 1, 270: 1}),
        prose=rng.random() < 0.12,
        unit_in_header=rng.random() < 0.12,
    )
    return _settled(_with_unit(rng, spec))


def _forms(rng: random.Random, first: str) -> tuple[str, ...]:
    """Mostly one table; sometimes a second of the same booklet."""
    if first == "statement" or rng.random() < 0.75:
        return (first,)
    return (first, rng.choice([key for key in FORMS if key not in (first, "statement")]))


def _with_unit(rng: random.Random, spec: MadeSpec) -> MadeSpec:
    unit, decimals = rng.choices(
        (("万元", 2), ("万元", 5), ("元", 2), ("元", 0), ("千元", 2)), (8, 1, 2, 1, 0.4)
    )[0]
    if spec.arithmetic == "rounded":
        unit, decimals = "万元", 2
    return replace(spec, unit=unit, decimals=decimals)


def _settled(spec: MadeSpec) -> MadeSpec:
    """The spec without choices that no booklet makes together."""
    wordy = {"project_performance", "overall_performance"} & set(spec.forms)
    if wordy:
        spec = replace(spec, size=min(spec.size, 10.0))
        if spec.rulings not in ("grid", "half_open"):
            spec = replace(spec, rulings="grid")
    if spec.codes == "none" and spec.indent == "none":
        spec = replace(spec, indent="padding")
    if spec.zero == "blank" and spec.rulings == "none":
        spec = replace(spec, zero="zero")
    if spec.rulings in ("none", "three_line") and spec.codes == "split":
        spec = replace(spec, codes="column")
    if spec.forms == ("statement",):
        spec = replace(spec, unit="dollars", decimals=0 if spec.decimals == 5 else spec.decimals)
    return spec


def _pick(rng: random.Random, weights: dict[_Choice, float]) -> _Choice:
    return rng.choices(list(weights), list(weights.values()))[0]
