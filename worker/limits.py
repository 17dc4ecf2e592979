"""What a page may ask for, and whether it asks for more: looked at before anything is drawn."""

from __future__ import annotations

import math
import struct
import zlib
from dataclasses import dataclass
from typing import Any

from schemas.errors import DamagedFile, TooLarge

Trouble = tuple[type[Exception], ...]

_MIB = 1024 * 1024
_MOST_DEFLATED = 1032
"""No deflate stream unpacks to more than that many times its length (zlib's own figure)."""
_PIECE = 1 << 16
_JPEG_2000 = b"\xff\x4f\xff\x51"  # how a codestream begins: with its size


@dataclass(frozen=True, slots=True)
class PageLimits:
    """The most that one page may ask for.

    ``points``: its longer side; ``megapixels``: of one picture on it; ``inflated_mib``: what
    its drawing instructions unpack to.
    """

    points: int = 5000
    megapixels: int = 200
    inflated_mib: int = 64


ORDINARY = PageLimits()


def require_within(raw: Any, page: Any, limits: PageLimits, trouble: Trouble) -> None:
    """Refuses what a page has too much of. ``raw`` is the MuPDF document of ``page``.

    ``trouble`` are the errors that MuPDF raises over a damaged stream: such a one is drawn as
    nothing.

    Raises:
        TooLarge: naming page, limit and the setting that raises it.
        DamagedFile: if the page has no size.
    """
    number, rect = page.number + 1, page.rect
    width, height = float(rect.width), float(rect.height)
    if not (math.isfinite(width) and math.isfinite(height) and width >= 1 and height >= 1):
        raise DamagedFile(f"page {number} has no size, the file is damaged: get it again.")
    if not raw.is_pdf:
        return  # a picture's points follow from its pixels, which its reader limits
    if max(width, height) > limits.points:
        raise TooLarge(
            f"page {number} measures {width:.0f} × {height:.0f} points, more than the "
            f"{limits.points} that CROSSFOOT_PAGE_POINTS allows: print it smaller, or raise "
            "that setting."
        )
    for xref, _mask, *said in page.get_images():
        across, down = size_in_file(raw, xref, trouble) or said[:2]
        if across * down > limits.megapixels * 1_000_000:
            raise TooLarge(
                f"page {number} holds a picture of {across} × {down} pixels, more than the "
                f"{limits.megapixels} million that CROSSFOOT_PAGE_MEGAPIXELS allows: scan it "
                "coarser, or raise that setting."
            )
    left = limits.inflated_mib * _MIB
    for xref in (*page.get_contents(), *(one[0] for one in page.get_xobjects())):
        left -= _inflated(raw, xref, left, trouble)
        if left < 0:
            raise TooLarge(
                f"page {number} unpacks to more than the {limits.inflated_mib} MiB of drawing "
                "instructions that CROSSFOOT_PAGE_INFLATED_MIB allows: print it to a new PDF, "
                "or raise that setting."
            )


def size_in_file(raw: Any, xref: int, trouble: Trouble) -> tuple[int, int] | None:
    """Width and height that a JPEG 2000 has, whatever the page says; None for other pictures."""
    try:
        filters = raw.xref_get_key(xref, "Filter")[1]
        if "JPXDecode" not in filters:
            return None
        head = raw.xref_stream_raw(xref) or b""
    except trouble:
        return None
    if "Fl" in filters:
        head = _unpacked(head, _PIECE)
    at = head.find(_JPEG_2000)
    if not 0 <= at <= len(head) - 24:
        return None
    x1, y1, x0, y0 = struct.unpack_from(">IIII", head, at + 8)
    return max(x1 - x0, 0), max(y1 - y0, 0)


def _inflated(raw: Any, xref: int, most: int, trouble: Trouble) -> int:
    """How many bytes the stream unpacks to; more than ``most``: just that it is more."""
    try:
        packed = raw.xref_stream_raw(xref) or b""
        filters = raw.xref_get_key(xref, "Filter")[1]
    except trouble:
        return 0
    times = filters.count("FlateDecode") + filters.count("/Fl ") + filters.count("LZW")
    if len(packed) * _MOST_DEFLATED**times <= most or "LZW" in filters:
        return len(packed)
    for _ in range(times):
        packed = _unpacked(packed, most)
        if len(packed) > most:
            break
    return len(packed)


def _unpacked(packed: bytes, most: int) -> bytes:
    """What deflate makes of it, cut off soon after ``most`` bytes or where it is broken."""
    machine, made = zlib.decompressobj(), bytearray()
    try:
        made += machine.decompress(packed, _PIECE)
        while machine.unconsumed_tail and len(made) <= most:
            made += machine.decompress(machine.unconsumed_tail, _PIECE * 16)
    except zlib.error:
        pass
    return bytes(made)
