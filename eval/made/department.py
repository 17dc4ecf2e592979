"""A made-up department and its whole budget, of which every form shows a part."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from eval.made.purse import Purse
from eval.made.spec import Length, MadeSpec
from eval.made.words import (
    CAPITAL_FUNCTIONS,
    CITIES,
    FUNCTIONS,
    FUND_FUNCTIONS,
    OFFICES,
    PROJECTS,
    UNIT_ENDS,
)

Fund = Literal["general", "government_fund", "state_capital"]

_LEAVES = {"short": (2, 5), "medium": (5, 14), "long": (16, 26)}
_PROJECT_COUNT = {"short": (1, 3), "medium": (4, 12), "long": (14, 26)}


@dataclass(frozen=True, slots=True)
class Spending:
    """What is spent on one item of the functional classification (项), by purpose and source.

    Personnel and running are basic expenditure (基本支出) and come from the fund; so does
    ``project``. ``own`` is project expenditure paid from the department's own income,
    ``carried`` from last year's money.
    """

    code: str
    fund: Fund
    personnel: Decimal = Decimal(0)
    running: Decimal = Decimal(0)
    project: Decimal = Decimal(0)
    own: Decimal = Decimal(0)
    carried: Decimal = Decimal(0)

    @property
    def fiscal(self) -> Decimal:
        """What the fund pays."""
        return self.personnel + self.running + self.project

    @property
    def whole(self) -> Decimal:
        return self.fiscal + self.own + self.carried


@dataclass(frozen=True, slots=True)
class Project:
    """A project of one of the department's units, paid by three sources."""

    unit: str
    name: str
    fiscal: Decimal
    special: Decimal
    other: Decimal


@dataclass(frozen=True, slots=True)
class Department:
    """A department, its year, its spending and its projects."""

    city: str
    name: str
    fiscal_year: int
    units: tuple[str, ...]
    spending: tuple[Spending, ...]
    projects: tuple[Project, ...]

    def total(
        self, part: Callable[[Spending], Decimal], funds: Iterable[Fund] | None = None
    ) -> Decimal:
        """The sum of one part over all spending, or that of some funds."""
        chosen = set(funds) if funds is not None else {s.fund for s in self.spending}
        return sum((part(s) for s in self.spending if s.fund in chosen), Decimal(0))


def draw_department(rng: random.Random, spec: MadeSpec, purse: Purse) -> Department:
    """A department as the spec wants it, its figures out of ``purse``."""
    city = rng.choice(CITIES)
    name = city + rng.choice(OFFICES)
    low, high = _LEAVES[spec.length]
    general = _chosen(rng, FUNCTIONS, rng.randint(low, high))
    spending = [_general(rng, purse, code) for code in general]
    if not spec.empty:
        spending += _fund(rng, purse, "government_fund", FUND_FUNCTIONS)
        spending += _fund(rng, purse, "state_capital", CAPITAL_FUNCTIONS)
    ends = rng.sample(UNIT_ENDS[1:], rng.randint(1, 3))
    units = tuple(name + end for end in (UNIT_ENDS[0], *ends))
    return Department(
        city=city,
        name=name,
        fiscal_year=rng.randint(2018, 2027),
        units=units,
        spending=tuple(spending),
        projects=_projects(rng, purse, spec.length, units),
    )


def _chosen(
    rng: random.Random, functions: Iterable[tuple[str, str]], count: int
) -> tuple[str, ...]:
    items = [code for code, _ in functions if len(code) == 7]
    return tuple(sorted(rng.sample(items, min(count, len(items)))))


def _general(rng: random.Random, purse: Purse, code: str) -> Spending:
    basic = rng.random() < 0.6
    project = not basic or rng.random() < 0.4
    zero = Decimal(0)
    return Spending(
        code=code,
        fund="general",
        personnel=purse.amount(5, 6000) if basic else zero,
        running=purse.amount(0.5, 400) if basic and rng.random() < 0.6 else zero,
        project=purse.amount(1, 3000) if project else zero,
        own=purse.amount(1, 300) if project and rng.random() < 0.15 else zero,
        carried=purse.amount(1, 200) if project and rng.random() < 0.15 else zero,
    )


def _fund(
    rng: random.Random, purse: Purse, fund: Fund, functions: Iterable[tuple[str, str]]
) -> list[Spending]:
    chosen = _chosen(rng, functions, rng.randint(1, 3))
    return [Spending(code, fund, project=purse.amount(10, 5000)) for code in chosen]


def _projects(
    rng: random.Random, purse: Purse, length: Length, units: tuple[str, ...]
) -> tuple[Project, ...]:
    names = rng.sample(PROJECTS, min(rng.randint(*_PROJECT_COUNT[length]), len(PROJECTS)))
    used = units[: max(1, min(len(units), len(names) // 2))]
    owners = sorted(rng.choice(used) for _ in names)
    zero = Decimal(0)
    return tuple(
        Project(
            unit=owner,
            name=name,
            fiscal=purse.amount(0.5, 2000),
            special=purse.amount(1, 200) if rng.random() < 0.12 else zero,
            other=purse.amount(1, 300) if rng.random() < 0.15 else zero,
        )
        for owner, name in zip(owners, names, strict=True)
    )
