"""What becomes of one sum when its figures are given."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from schemas.result import CheckStatus
from worker.rounding import rounding_slack


def outcome(
    result: Decimal | None, terms: Sequence[Decimal | None]
) -> tuple[CheckStatus, Decimal | None]:
    """How the sum fares, and result minus terms; a blank counts as zero.

    Not applicable, without a difference, where nothing at all is printed.
    """
    if result is None and all(term is None for term in terms):
        return "not_applicable", None
    figures = [term for term in terms if term is not None]
    difference = (result or Decimal(0)) - sum(figures, Decimal(0))
    if not difference:
        return "pass", difference
    near = abs(difference) <= rounding_slack(figures, result)
    return ("rounding" if near else "fail"), difference
