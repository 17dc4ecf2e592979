"""Stretches of a row that are drawn most of the way: the same as asked window by window."""

from __future__ import annotations

import numpy as np
import pytest

from worker.filled_rows import filled


@pytest.mark.parametrize(("length", "share"), [(5, 1.0), (21, 0.8), (43, 0.97), (160, 0.42)])
def test_stretches_are_those_of_all_windows(length: float, share: float) -> None:
    random = np.random.default_rng(3)
    mask = (random.random((150, 203)) < random.random((150, 1))).astype(np.uint8)
    mask[:, 100:] &= random.random((150, 103)) < 0.9
    window = round(length) | 1
    expected = np.zeros_like(mask)
    for row, drawn in enumerate(mask):
        for middle in range(203):
            part = slice(max(middle - window // 2, 0), middle + window // 2 + 1)
            if drawn[part].sum() >= share * window:
                expected[row, part] = drawn[part]
    found = np.zeros_like(mask)
    rows = filled(mask, length, share)
    found[rows.at] = rows.drawn
    assert np.array_equal(found, expected)
