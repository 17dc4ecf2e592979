"""A whole made document: its bytes and its gold, out of a seed or a spec."""

from __future__ import annotations

import random
from dataclasses import dataclass

from eval.made.commission import Commission
from eval.made.department import draw_department
from eval.made.elsewhere import as_elsewhere
from eval.made.forms import MAKERS
from eval.made.gold import booklet_gold
from eval.made.pages import set_booklet
from eval.made.plant import PlantedError, plant
from eval.made.printing import printed
from eval.made.purse import Purse
from eval.made.spec import MadeSpec, draw_spec
from eval.made.table import MadeTable
from schemas.result import Result

_FINER = 2
"""Decimals that rounded figures have more than are printed."""


@dataclass(frozen=True, slots=True)
class MadeDocument:
    """A document made by code.

    ``gold`` is the truth in the result format; ``errors`` are the publisher's errors
    planted in it, one place for each table, None where it has none.
    """

    pdf: bytes
    gold: Result
    spec: MadeSpec
    errors: tuple[PlantedError | None, ...]


def make_document(seed: int, spec: MadeSpec | None = None) -> MadeDocument:
    """The document of ``seed``; with ``spec``, of that spec, whose own seed then counts."""
    spec = spec or draw_spec(seed)
    tables, errors = _misprinted(make_tables(spec), spec)
    sheets = [printed(table, spec) for table in tables]
    booklet = set_booklet(sheets, spec)
    name = f"made-{spec.seed}-{'-'.join(spec.forms)}.pdf"
    gold = booklet_gold(booklet, sheets, errors, name)
    return MadeDocument(booklet.pdf, gold, spec, tuple(errors))


def make_tables(spec: MadeSpec) -> list[MadeTable]:
    """The values of all tables of a document, of one department, without a misprint."""
    rng = random.Random(f"values {spec.seed}")
    finer = _FINER if spec.arithmetic == "rounded" else 0
    purse = Purse(rng, spec.unit, spec.decimals + finer)
    department = draw_department(rng, spec, purse)
    commission = Commission(rng, spec, purse, department)
    tables = [MAKERS[form](commission) for form in spec.forms]
    if spec.elsewhere:
        names = random.Random(f"elsewhere {spec.seed}")
        tables = [as_elsewhere(table, names) for table in tables]
    return tables


def _misprinted(
    tables: list[MadeTable], spec: MadeSpec
) -> tuple[list[MadeTable], list[PlantedError | None]]:
    """The tables, one of them with an error where the spec wants one."""
    errors: list[PlantedError | None] = [None] * len(tables)
    if spec.arithmetic != "error":
        return tables, errors
    rng = random.Random(f"error {spec.seed}")
    for at in rng.sample(range(len(tables)), len(tables)):
        tables[at], errors[at] = plant(tables[at], rng)
        if errors[at] is not None:
            break
    return tables, errors
