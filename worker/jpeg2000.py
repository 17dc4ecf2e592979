"""Scans in JPEG 2000, decoded only as finely as their print needs.

Decoding takes longer than all else that is done with such a page, and most of that goes into the
finest of its wavelets: an image is had at half or a quarter of its size without them.
"""

from __future__ import annotations

import io

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image
from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile

from worker.imaging import print_is_large

Pixels = npt.NDArray[np.uint8]

_MODES = {"RGB": cv2.IMREAD_COLOR_RGB, "L": cv2.IMREAD_GRAYSCALE}
_HALF, _QUARTER = 1, 2  # resolutions left out


def decoded(data: bytes, size: tuple[int, int]) -> Pixels | None:
    """The image of (width, height) ``size``: (height, width, 3) RGB, or (height, width) of grey.

    It is half as large where :func:`worker.imaging.print_is_large`. None where that is not for
    this module to say: another size or other kinds of pixels, or damage of any kind.
    """
    small = _reduced(data, size, _QUARTER)
    if small is None:
        return None
    if print_is_large(small):
        return _reduced(data, size, _HALF)
    return _whole(data, size, "L" if small.ndim == 2 else "RGB")


def _reduced(data: bytes, size: tuple[int, int], left_out: int) -> Pixels | None:
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG2000",)) as image:
            if not isinstance(image, Jpeg2KImageFile) or image.size != size:
                return None
            image.reduce = left_out
            return np.asarray(image) if image.mode in _MODES else None
    except (OSError, ValueError, SyntaxError):  # what Pillow raises over a damaged image
        return None


def _whole(data: bytes, size: tuple[int, int], mode: str) -> Pixels | None:
    """Decoded by OpenCV, which takes two thirds of MuPDF's time for the same pixels."""
    before = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), _MODES[mode])
    except cv2.error:
        return None
    finally:
        cv2.utils.logging.setLogLevel(before)
    if image is None or image.shape[1::-1] != size:
        return None
    return np.asarray(image, np.uint8)
