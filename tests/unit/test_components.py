"""Connected pieces: the same whether their labels have 16 bits or 32."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from worker.components import components, frames


@pytest.mark.parametrize(("share", "bits"), [(0.02, 16), (0.2, 32), (0.9, 16)])
def test_pieces_are_those_of_32_bits(share: float, bits: int) -> None:
    ink = (np.random.default_rng(1).random((1200, 1000)) < share).astype(np.uint8)
    labels, stats = components(ink)
    _, expected, frames, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    assert labels.dtype.itemsize * 8 == bits
    assert np.array_equal(labels, expected)
    assert np.array_equal(stats, frames)


@pytest.mark.parametrize("share", [0.0, 0.002, 0.2, 0.5, 0.9, 1.0])
def test_outlines_tell_the_size_of_pieces(share: float) -> None:
    ink = (np.random.default_rng(2).random((300, 400)) < share).astype(np.uint8)
    told = frames(ink)
    expected = components(ink)[1][1:, 2:].T
    assert np.array_equal(told[:, np.lexsort(told)], expected[:, np.lexsort(expected)])
