"""What names a total, also where a scan has spoilt the word."""

from __future__ import annotations

import pytest

from schemas.words import TotalKind, total_kind


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("合　计", "grand"), ("合计f", "grand"), ("1 1台计", "grand"), ("台汁", "grand"),
        ("小汁", "sub"), ("TOTALOTHER TAXES", "sub"), ("TOTALFINES AND INTEREST", "sub"),
        ("会计", None), ("出台计划", None), ("Totally new", None), ("统计信息", None),
    ],
)  # fmt: skip
def test_a_total_is_known_through_dirt_and_lost_blanks(label: str, kind: TotalKind | None) -> None:
    assert total_kind(label) == kind
