"""A booklet of a city of which no form has heard: other names, another order, one level more."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.agreement import compare
from eval.gold import result_gold
from eval.made.document import make_document
from eval.made.spec import FORMS, Codes, IndicatorManner, MadeSpec, Zero
from tests.acceptance.door import extract

pytestmark = pytest.mark.slow

BOOKLET = tuple(form for form in FORMS if form != "statement")


@pytest.mark.parametrize(
    ("seed", "codes", "zero", "indicators"),
    [
        (1, "label", "blank", "string"),
        (2, "split", "dash", "rows"),
        (3, "none", "zero", "string"),
        (4, "column", "blank", "rows"),
    ],
)
def test_every_figure_of_an_unknown_booklet_is_read(
    seed: int, codes: Codes, zero: Zero, indicators: IndicatorManner, tmp_path: Path
) -> None:
    spec = MadeSpec(
        seed=seed,
        forms=BOOKLET,
        length="short",
        codes=codes,
        zero=zero,
        indicators=indicators,
        landscape=True,
        elsewhere=True,
    )
    made = make_document(seed, spec)
    path = tmp_path / "city.pdf"
    path.write_bytes(made.pdf)
    result = extract([path], tmp_path / "results").result("city")
    agreement = compare(result, result_gold(made.gold))
    assert [str(judged) for judged in agreement.wrong] == []
    assert agreement.recall == 1.0
    assert {table.form for table in result.tables} == {"generic"}
    statuses = [check.status for table in result.tables for check in table.checks]
    assert "fail" not in statuses
    assert statuses.count("pass") > 100, "the sums are found without any form"
