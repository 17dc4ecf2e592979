"""What a form's module works with: the department to show and the choices made."""

from __future__ import annotations

import random
from dataclasses import dataclass

from eval.made.department import Department
from eval.made.purse import Purse
from eval.made.spec import MadeSpec
from eval.made.table import MadeColumn, MadeTable
from eval.made.tree import Grown, Order


@dataclass(frozen=True, slots=True)
class Commission:
    """One table to make."""

    rng: random.Random
    spec: MadeSpec
    purse: Purse
    department: Department

    @property
    def total_label(self) -> str:
        return self.rng.choice(("合计", "合 计", "合　计", "总计"))

    @property
    def order(self) -> Order:
        return "total_last" if self.spec.total_last else "parent_first"

    def titled(self, form: str, *titles: str) -> Titled:
        """A table of the form, its title one of ``titles``, with or without the year."""
        year = self.department.fiscal_year
        title = self.rng.choice(titles)
        prefix = self.rng.choice(
            ("", f"{year}年", f"{year}年度", f"{self.department.name}{year}年")
        )
        return Titled(self, form, prefix + title)


@dataclass(frozen=True, slots=True)
class Titled:
    """A table that still lacks its columns and rows."""

    commission: Commission
    form: str
    title: str

    def table(
        self,
        columns: tuple[MadeColumn, ...],
        grown: Grown,
        notes: tuple[str, ...] = (),
    ) -> MadeTable:
        """The finished table."""
        spec, department = self.commission.spec, self.commission.department
        return MadeTable(
            form=self.form,
            title=self.title,
            organisation=department.name,
            fiscal_year=department.fiscal_year,
            unit=spec.unit,
            decimals=spec.decimals,
            columns=columns,
            rows=grown.rows,
            sums=grown.sums,
            notes=notes,
        )


def money_column(key: str, *path: str, number: str = "") -> MadeColumn:
    """A column of figures under the header ``path``."""
    return MadeColumn(key, "amount", path, number)
