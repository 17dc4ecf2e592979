"""Connected pieces: the same whether their labels have 16 bits or 32."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from worker.components import components


@pytest.mark.parametrize(("share", "bits"), [(0.02, 16), (0.2, 32), (0.9, 16)])
def test_pieces_are_those_of_32_bits(share: float, bits: int) -> None:
    ink = (np.random.default_rng(1).random((1200, 1000)) < share).astype(np.uint8)
    labels, stats = components(ink)
    _, expected, frames, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    assert labels.dtype.itemsize * 8 == bits
    assert np.array_equal(labels, expected)
    assert np.array_equal(stats, frames)
