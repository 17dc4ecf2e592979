"""What each column of a table holds, and which columns belong together side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from schemas import words
from schemas.amount import Amount, Mark, narrow, parse_amount
from schemas.draft import Column, ColumnType
from worker.drafting.layout import Layout, header_path

_PER_CENT = re.compile(r"\d+ *[%％]")
_SHARE = 200  # per cent: most percentages are smaller
_HALF = 0.5
_MOST = 0.6
"""Share of a column's texts that must be figures for it to be a column of figures."""
_CODE = re.compile(r"[A-Za-z]{0,3}[\d.\-]{2,}|[A-Z]")
_MONEY_END = re.compile(r"(?:支出|收入|拨款|撥款|资金|資金|费|費|额|額|合计|总计|小计)(?:\(.*\))?$")
_LONGEST_FIGURE = 12
_POINTED = re.compile(r"\d[.,]\d{2}")
_SIGNS = 2  # characters of what a stamp leaves in a blank cell
_NESTED = 3  # codes within which others begin, from which spoilt ones beside them are codes too
_NESTED_SHARE = 0.3
_SPOILT = re.compile(
    r"[(\-]?[\doOCDQ]{1,3}(?:[,.·]?[\doOCDQlI]{1,3})*[.,]{1,2}[\doOCDQ日]{0,3}[).]?"
)
"""A figure of which OCR read a sign or two wrong: ``0.0C``, ``446.95.``."""


_TARGET = re.compile(r"[≥≤<>≧≦%年月日]")
"""What targets and dates are written with, and money never."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One table of those that stand side by side in a grid: a label and its figures.

    ``outer`` are text columns left of the label, outermost first, ``inner`` those between
    the label and the first figures; ``codes`` columns of codes; ``amounts`` the columns of
    money that belong to the label.
    """

    label: int | None
    outer: tuple[int, ...]
    inner: tuple[int, ...]
    codes: tuple[int, ...]
    amounts: tuple[int, ...]


def read_columns(layout: Layout) -> tuple[Column, ...]:
    """The columns with keys ``c1``, ``c2``, …, printed labels, header paths and types."""
    paths = [header_path(layout, col) for col in range(layout.cols)]
    texts = _texts_of_columns(layout)
    types = _types(texts, paths)
    label = _label_columns(layout, texts, paths, types)
    return tuple(
        Column(
            key=f"c{col + 1}",
            label=path[-1] if path else "",
            type="label" if col in label else kind,
            path=path,
        )
        for col, (path, kind) in enumerate(zip(paths, types, strict=True))
    )


def _texts_of_columns(layout: Layout) -> list[list[str]]:
    """For each column what is printed in its body, notes and signs for no figure left out."""
    texts: list[list[str]] = [[] for _ in range(layout.cols)]
    for cell in (cell for row in layout.body for cell in row):
        text = cell.text.strip()
        # Merged cells are as a rule labels; a figure is one wherever it stands.
        if not text or not (cell.colspan == 1 or isinstance(parse_amount(cell.text), Amount)):
            continue
        if not (words.is_note(text) or words.stands_for_no_figure(text)):
            texts[cell.col].append(text)
    return texts


def _types(texts: Sequence[Sequence[str]], paths: Sequence[tuple[str, ...]]) -> list[ColumnType]:
    known = [_type_of(said, path) for said, path in zip(texts, paths, strict=True)]
    return _with_blank(_with_counts(_with_split_codes(known, texts), texts, paths), paths)


def _with_split_codes(
    known: Sequence[ColumnType | None], texts: Sequence[Sequence[str]]
) -> list[ColumnType | None]:
    """A column of three-digit numbers left of codes of two digits is the head of those codes."""
    types = list(known)
    for col in range(len(types) - 1):
        if (
            types[col] in ("amount", "count")
            and types[col + 1] == "code"
            and all(re.fullmatch(r"\d{3}", narrow(text)) for text in texts[col])
            and all(re.fullmatch(r"\d{2}", narrow(text)) for text in texts[col + 1])
        ):
            types[col] = "code"
    return types


def _with_counts(
    known: Sequence[ColumnType | None],
    texts: Sequence[Sequence[str]],
    paths: Sequence[tuple[str, ...]],
) -> list[ColumnType | None]:
    """Whole numbers that words part from the table's money, and no header calls money, are none.

    Weights of indicators stand so, and codes under a header that was misread.
    """
    money = [
        col
        for col, kind in enumerate(known)
        if kind == "amount"
        and (words.names_amounts("".join(paths[col][-1:])) or _marked(texts[col]))
    ]
    types = list(known)
    for col, kind in enumerate(known):
        if kind != "amount" or col in money or not money:
            continue
        nearest = min(money, key=lambda other: abs(other - col))
        between = range(min(col, nearest) + 1, max(col, nearest))
        if any(known[other] == "text" for other in between):
            types[col] = "count"
    return types


def _marked(texts: Sequence[str]) -> bool:
    """Whether any figure is printed as money is: with decimals, separators or a minus."""
    figures = [amount for text in texts if isinstance(amount := parse_amount(text), Amount)]
    return any(a.decimals > 0 or a.separators or a.value < 0 for a in figures)


def _type_of(texts: Sequence[str], path: Sequence[str]) -> ColumnType | None:
    """The type that texts and header say; None for a blank column."""
    leaf = path[-1] if path else ""
    if words.names_count(leaf):
        return "count"
    if not texts:
        return None
    parsed = [parse_amount(text) for text in texts]
    figures = [amount for amount in parsed if isinstance(amount, Amount)]
    marks = sum(isinstance(mark, Mark) for mark in parsed)
    if not figures and marks == len(texts):
        return None
    money = sum(amount.decimals > 0 or amount.separators for amount in figures) > 1
    named = words.names_amounts(leaf) and not words.names_code(leaf)
    spoilt = sum(
        p is None
        and (
            bool(_SPOILT.fullmatch(t))
            or ((money or (named and _POINTED.search(t) is not None)) and _mostly_digits(t))
        )
        for t, p in zip(texts, parsed, strict=True)
    )
    # What a seal leaves in blank cells makes no text of a column that is headed as money.
    enough = _HALF if money and words.names_amounts(leaf) else _MOST
    # A lone figure under money that was read with a point for a comma is no code.
    any_money = figures or (spoilt and words.names_amounts(leaf) and not words.names_code(leaf))
    signs = sum(map(_is_no_digit, texts)) if money else 0
    told = len(texts) - max(signs - marks, 0)  # what a stamp leaves between figures says nothing
    if not any_money or (len(figures) + marks + spoilt) < enough * told:
        codes = sum(bool(_CODE.fullmatch(narrow(text))) for text in texts)
        only_totals = words.names_code(leaf) and all(map(words.total_kind, texts))
        return "code" if only_totals or codes > _MOST * len(texts) else "text"
    # A figure in per cent says nothing of a column: dirt beside a name reads so.
    shares = words.names_percent(_PER_CENT.sub("", leaf)) and _may_be_shares(figures)
    if shares or sum(amount.percent for amount in figures) * 2 > len(figures):
        return "percent"
    return _type_of_figures(figures, texts, path)


def _is_no_digit(text: str) -> bool:
    """Whether the text is of a sign or two and none of them a digit."""
    return len(narrow(text)) <= _SIGNS and not any(map(str.isdigit, text))


def _may_be_shares(figures: Sequence[Amount]) -> bool:
    """Whether figures are as small as percentages are: dirt in a header makes none of money."""
    small = sum(abs(amount.value) <= _SHARE and not amount.separators for amount in figures)
    return small * 2 > len(figures)


def _mostly_digits(text: str) -> bool:
    """Whether text beside figures of money is most likely one too, misread: ``20000ing``."""
    body = narrow(text)
    return not _TARGET.search(body) and sum(map(str.isdigit, body)) * 2 >= len(body)


def _type_of_figures(
    figures: Sequence[Amount], texts: Sequence[str], path: Sequence[str]
) -> ColumnType:
    """The type of a column of numbers: money, codes, or numbers of another kind."""
    leaf = path[-1] if path else ""
    money_marks = sum(a.decimals > 0 or a.separators or a.value < 0 for a in figures)
    if words.names_code(leaf) or _look_like_codes(texts, leaf):
        return "code"
    if words.names_year(leaf):
        return "text"
    if money_marks * 2 >= len(figures):
        return "amount"
    if words.names_text(leaf):
        return "text"
    return "amount" if any(map(words.names_amounts, path)) or money_marks else _small(figures, leaf)


def _small(figures: Sequence[Amount], leaf: str) -> ColumnType:
    """Whole numbers under a header that names no money: money where it may well be."""
    running = [int(a.value) for a in figures] == list(range(1, len(figures) + 1))
    if running and len(figures) > 1:
        return "count"
    return "amount" if leaf else "count"


def _look_like_codes(texts: Sequence[str], leaf: str) -> bool:
    """Whether numbers are codes: too long for figures, with leading zeros, or one within another.

    A few of them may be spoilt where many are one within another.
    """
    bodies = [narrow(text) for text in texts]
    whole = [body for body in bodies if body.isdecimal()]
    spoilt = len(whole) < len(bodies)
    if len(whole) < _MOST * len(bodies):
        return False
    if any(len(body) > _LONGEST_FIGURE for body in whole):
        return not spoilt
    zeros = sum(body.startswith("0") and len(body) > 1 for body in whole)
    named_money = words.names_amounts(leaf) and not words.names_things(leaf)
    nested = sum(
        any(other != body and other.startswith(body) for other in whole) and len(body) >= 3
        for body in set(whole)
    )
    if spoilt:
        return not named_money and nested >= max(_NESTED, _NESTED_SHARE * len(whole))
    return not named_money and (zeros > 0 or nested > 0)


def _with_blank(
    known: Sequence[ColumnType | None], paths: Sequence[tuple[str, ...]]
) -> list[ColumnType]:
    """Blank columns take the type that their header or their neighbours say."""
    first_text = next((i for i, kind in enumerate(known) if kind == "text"), 0)
    amounts = [i for i, kind in enumerate(known) if kind == "amount"]
    first = amounts[0] if amounts else None
    result: list[ColumnType] = []
    for col, kind in enumerate(known):
        leaf = paths[col][-1] if paths[col] else ""
        if kind is not None:
            result.append(kind)
        elif words.names_code(leaf):
            result.append("code")
        elif words.names_text(leaf) or (first is None and col < first_text):
            result.append("text")
        elif first is not None:
            inside = first < col and (
                words.names_amounts(" ".join(paths[col])) or col < amounts[-1]
            )
            result.append("amount" if inside and not _names_rows(leaf) else "text")
        else:
            result.append(
                "amount" if words.names_amounts(leaf) and not _names_rows(leaf) else "text"
            )
    return result


def _names_rows(leaf: str) -> bool:
    """Whether a header names the things that rows are, and not money."""
    return words.names_things(leaf) and not _MONEY_END.search(words.tight(leaf))


def _label_columns(
    layout: Layout,
    texts: Sequence[Sequence[str]],
    paths: Sequence[tuple[str, ...]],
    types: Sequence[ColumnType],
) -> set[int]:
    """The column of each panel that names its rows."""
    found: set[int] = set()
    for start, stop in _spans(layout, paths, types):
        choices = [col for col in range(start, stop) if types[col] == "text"]
        if choices:
            found.add(max(choices, key=lambda c: (_tells_rows_apart(texts[c], paths[c]), -c)))
    return found


def _tells_rows_apart(texts: Sequence[str], path: Sequence[str]) -> float:
    """How many different texts a column holds; a header that names things settles a tie."""
    leaf = path[-1] if path else ""
    return len(set(texts)) + 0.5 * words.names_things(leaf)


def _spans(
    layout: Layout, paths: Sequence[tuple[str, ...]], types: Sequence[ColumnType]
) -> list[tuple[int, int]]:
    """For each panel, the columns from its start to its first figure."""
    spans: list[tuple[int, int]] = []
    start = 0
    for col, kind in enumerate(types):
        if kind != "amount":
            continue
        before = [c for c in range(start, col) if types[c] in ("text", "code")]
        if spans and not _opens_panel(layout, before, col, paths):
            start = col + 1
            continue
        if before:
            spans.append((start, col))
        start = col + 1
    return spans or [(0, len(types))]


def _opens_panel(
    layout: Layout, before: Sequence[int], col: int, paths: Sequence[tuple[str, ...]]
) -> bool:
    """Whether text columns between figures name the rows of the figures on their right."""
    for text in before:
        filled = [r for r in range(len(layout.body)) if layout.text(r, col).strip()]
        named = [r for r in filled if layout.text(r, text).strip()]
        leaf = paths[text][-1] if paths[text] else ""
        if (
            words.names_things(leaf)
            and not words.names_text(leaf)
            and len(named) * 2 >= len(filled)
        ):
            return True
    return False


def panels_of(columns: Sequence[Column]) -> tuple[Panel, ...]:
    """The tables side by side, left to right.

    Figures belong to the nearest label on their left.
    """
    labels = [i for i, column in enumerate(columns) if column.type == "label"]
    if not labels:
        amounts = tuple(i for i, c in enumerate(columns) if c.type == "amount")
        return (Panel(None, (), (), (), amounts),)
    first_amounts = [_next_amount(columns, label) for label in labels]
    starts = [0, *(_panel_start(columns, label) for label in labels[1:])]
    panels: list[Panel] = []
    for index, label in enumerate(labels):
        stop = starts[index + 1] if index + 1 < len(labels) else len(columns)
        inside = range(starts[index], stop)
        head = range(starts[index], first_amounts[index])
        panels.append(
            Panel(
                label=label,
                outer=tuple(c for c in head if columns[c].type == "text" and c < label),
                inner=tuple(c for c in head if columns[c].type == "text" and c > label),
                codes=tuple(c for c in head if columns[c].type == "code"),
                amounts=tuple(c for c in inside if columns[c].type == "amount"),
            )
        )
    return tuple(panels)


def _next_amount(columns: Sequence[Column], label: int) -> int:
    return next(
        (i for i in range(label, len(columns)) if columns[i].type == "amount"), len(columns)
    )


def _panel_start(columns: Sequence[Column], label: int) -> int:
    """The first column after the figures left of ``label``."""
    start = label
    while start and columns[start - 1].type in ("text", "code", "count"):
        start -= 1
    return start
