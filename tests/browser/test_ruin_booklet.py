"""Twelve pages in ruins, from the upload to the workbook, by keyboard alone.

Reading them takes a quarter of an hour on two idle cores: `make ruin` runs this, `make test`
the same way on one page (test_review).
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from eval.gold import Gold, figure, load_gold
from eval.levels import age
from schemas.result import Result
from tests.acceptance.door import extract, figures
from tests.browser.clerk import Clerk, Truth
from tests.browser.serving import serving
from tests.browser.test_review import downloaded, result_of, trouble, upload, workbook_figures
from tests.integration.shared import shared_folder

pytestmark = [pytest.mark.slow, pytest.mark.long]

STEM = "guangzhou-project-performance-12p"
PATIENT = {"CROSSFOOT_PAGE_SECONDS": "2000", "CROSSFOOT_ASSEMBLE_SECONDS": "2500",
           "CROSSFOOT_SOFT_SECONDS": "3000", "CROSSFOOT_HARD_SECONDS": "3100",
           "CROSSFOOT_LEASE_SECONDS": "3200", "CROSSFOOT_VISIBILITY_SECONDS": "3300",
           "CROSSFOOT_WORKERS": "2"}  # fmt: skip
"""For a machine that has other work besides."""


def printed_figures(gold: Gold) -> Counter[Decimal]:
    """Every figure that the paper prints in a column of amounts."""
    return Counter(
        value
        for block in gold.blocks
        for row in block.rows
        for column, text in zip(block.columns, row.cells, strict=True)
        if column.kind == "amount" and (value := figure(text)) is not None
    )


def test_twelve_pages_in_ruins_come_out_as_printed(
    clerk: Clerk, tmp_path: Path, downloads: Path
) -> None:
    data = shared_folder()
    paper = data / "documents" / f"{STEM}.pdf"
    gold = printed_figures(load_gold(sorted((data / "gold").glob(f"{STEM}.*"))))
    clean: Result = extract([paper], tmp_path / "clean").result(STEM)
    assert figures(clean) == gold, "where the figures stand is known from the clean print"
    aged = age(paper.read_bytes(), clean, "ruin", 1)
    assert aged.truth is not None
    ruin = tmp_path / "ruin.pdf"
    ruin.write_bytes(aged.pdf)
    with serving(tmp_path / "home", PATIENT) as address:
        document = upload(clerk, address, ruin, patience=5000)
        clerk.until("document.querySelector('#grid td.figure')", 60)
        before = result_of(address, document)
        doubts = clerk.left
        assert doubts >= 1
        clerk.patience = 120
        clerk.settle(before, Truth.of(aged.truth))
        assert clerk.left == 0
        clerk.press("A")
        clerk.until("document.getElementById('main').dataset.approved === 'yes'", 60)
        workbook = downloaded(clerk, downloads)
        after = result_of(address, document)
    keys, seconds = clerk.keys / clerk.settled, sorted(clerk.seconds)[clerk.settled // 2]
    print(f"{doubts} doubts, {clerk.settled} answered, {keys:.2f} keys and {seconds:.2f} s each")
    assert after.status == "verified"
    assert figures(after) == gold
    assert workbook_figures(workbook) == Counter(
        {value.normalize(): count for value, count in gold.items()}
    )
    assert trouble(clerk) == []
