"""How dark the ink of a line is, beside that of the page.

What shines through from the back, a cup's ring and the rest of a faded stamp are ink too,
but paler than the print; a recogniser makes ones, dashes and letters of their bits.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from worker.imaging import grey_counts, quantile_of
from worker.ink_lines import InkLine

Image = NDArray[np.uint8]

_PALE = 0.5  # of the usual darkness: short bits paler than this are no print
_SHORT = 3.0  # text heights: longer lines may be printed in grey
_DARKEST = 0.05  # of a line's pixels, whose grey is that of its ink


def without_pale(lines: Sequence[InkLine], grey: Image, unit: float) -> list[InkLine]:
    """The lines without short ones that are much paler than the page's print.

    ``unit`` is the height of ordinary characters, in the pixels of ``grey``.
    """
    tones = [_darkness(line, grey) for line in lines]
    print_ = [tone for line, tone in zip(lines, tones, strict=True) if line.found]
    if not print_:
        return list(lines)
    least = _PALE * float(np.median(print_))
    return [
        line
        for line, tone in zip(lines, tones, strict=True)
        if tone >= least or line.width > _SHORT * unit
    ]


def _darkness(line: InkLine, grey: Image) -> float:
    """Grey levels from white to the darkest of the line's ink."""
    part = grey[line.y0 : line.y1, line.x0 : line.x1]
    return 255.0 - quantile_of(grey_counts(part), _DARKEST) if part.size else 0.0
