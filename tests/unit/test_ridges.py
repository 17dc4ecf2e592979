"""Ridges: the same in bands of rows as on the whole page."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from worker.ridges import ridges


@pytest.mark.parametrize("height", [1, 40, 64, 65, 150])
@pytest.mark.parametrize("smooth", [1, 9])
def test_bands_tell_what_the_whole_page_does(height: int, smooth: int) -> None:
    near, far = 3, 7
    grey = np.random.default_rng(4).integers(150, 256, (height, 90), np.uint8)
    framed = np.full((height + 2 * far, 90), 255, np.int16)
    framed[far:-far] = cv2.blur(grey, (smooth, 1))
    page = framed[far:-far]

    def sides(off: int) -> np.ndarray:
        end = height + far
        return np.minimum(framed[far - off : end - off], framed[far + off : end + off])

    sharp = (np.maximum(sides(near), sides(far)) - page > 24).astype(np.uint8)
    expected = cv2.dilate(sharp, np.ones((3, 1), np.uint8))
    assert np.array_equal(ridges(grey, 24, (near, far), smooth), expected)
