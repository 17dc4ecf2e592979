"""What the cage costs is measured on both ways of reading one document."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.bench_cage import measure, spent
from service.cage import Cage, Limits
from service.caged import read_caged
from service.settings import MIB, Settings
from tests.documents.plain import plain_pdf


@pytest.fixture
def cage() -> Cage:
    return Cage(Limits(4096 * MIB, 100))


def test_both_ways_take_time_and_the_difference_is_told(cage: Cage, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(plain_pdf())
    row = measure(path, 1, cage, Settings())
    cage.close()
    assert row["document"] == "a.pdf"
    assert row["open"] > 0
    assert row["processor"] == pytest.approx(row["caged"] / row["open"] - 1, abs=1e-3)


def test_what_can_t_be_read_is_no_measurement(cage: Cage, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"no document")
    with pytest.raises(RuntimeError, match="can't be read"):
        spent(lambda: read_caged(path, "a.pdf", "0" * 64, cage, Settings(), lambda *_: None))
    cage.close()
