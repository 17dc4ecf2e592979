"""Files that ask for more than they are worth: small on disk, endless once opened."""

from __future__ import annotations

import zlib


def pdf(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalog."""
    pieces, offsets, at = [b"%PDF-1.7\n"], [], len(b"%PDF-1.7\n")
    for number, content in enumerate(objects, 1):
        pieces.append(b"%d 0 obj\n%s\nendobj\n" % (number, content))
        offsets.append(at)
        at += len(pieces[-1])
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    trailer = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, at)
    return b"".join(pieces) + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + trailer


def one_page(box: bytes = b"0 0 400 300", content: bytes = b"", filters: bytes = b"") -> bytes:
    """One page of that MediaBox with that stream of drawing instructions."""
    head = b"<</Length %d%s>>\nstream\n" % (len(content), filters)
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 4 0 R/Resources<<>>>>" % box,
        head + content + b"\nendstream",
    )


def inflating(mib: int, times: int = 1) -> bytes:
    """A page whose instructions unpack to so many MiB, packed so many times over."""
    packed = _packed(b"0 0 m 9 9 l S\n" * (1024 * 1024 // 14), mib)
    for _ in range(times - 1):
        packed = zlib.compress(packed, 9)
    names = b"/FlateDecode " * times
    return one_page(content=packed, filters=b"/Filter[%s]" % names)


def _packed(piece: bytes, times: int) -> bytes:
    """A zlib stream of the piece so many times over, for the work of packing it once."""
    machine, checksum = zlib.compressobj(9, wbits=-15), 1
    block = machine.compress(piece) + machine.flush(zlib.Z_FULL_FLUSH)
    for _ in range(times):
        checksum = zlib.adler32(piece, checksum)
    return b"\x78\xda" + block * times + b"\x03\x00" + checksum.to_bytes(4, "big")


def many_pages(count: int) -> bytes:
    """So many empty pages."""
    kids = b" ".join(b"%d 0 R" % (n + 3) for n in range(count))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count),
        *([page] * count),
    )


def huge_picture(side: int) -> bytes:
    """A page with a picture that says it has ``side`` × ``side`` pixels."""
    dots = zlib.compress(b"\0" * 100_000, 9)
    picture = (
        b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray"
        b"/BitsPerComponent 8/Filter/FlateDecode/Length %d>>\nstream\n" % (side, side, len(dots))
    )
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 300]/Contents 4 0 R"
        b"/Resources<</XObject<</I 5 0 R>>>>>>",
        b"<</Length 26>>\nstream\nq 400 0 0 300 0 0 cm /I Do Q\nendstream",
        picture + dots + b"\nendstream",
    )


def looped_tree() -> bytes:
    """A page tree that holds itself."""
    return pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 9999>>")


def nested(depth: int) -> bytes:
    """Arrays within arrays."""
    return one_page().replace(b"/Resources<<>>", b"/Resources" + b"[" * depth + b"]" * depth)
