"""Cost: seconds and money for each page."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from eval.scores.case import Case
from eval.scores.score import Meaning, Measure, Score

MEANINGS = (
    Meaning(
        "cost.seconds",
        "Seconds for each page",
        "From opening the file to the finished result, models already loaded, on the machine "
        "that the run names.",
        "cost",
        better="low",
        percent=False,
    ),
    Meaning(
        "cost.dollars",
        "Dollars for each page",
        "What a language model's provider charges; 0 where none was asked.",
        "cost",
        better="low",
        percent=False,
    ),
)


def _score(case: Case) -> Iterator[Score]:
    yield Score("cost.seconds", case.seconds, case.pages)
    usage = case.result.usage if case.result else None
    if usage is not None and usage.model_calls and usage.cost_usd is None:
        yield Score("cost.dollars", unscored="a model was asked, its price is not known")
        return
    dollars = Decimal(usage.cost_usd) if usage and usage.cost_usd else Decimal(0)
    yield Score("cost.dollars", float(dollars), case.pages)


COST = Measure(MEANINGS, _score, needs=())
