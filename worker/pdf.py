"""The one door to MuPDF: opens files, judges pages, gives characters, vectors and pixels.

Every coordinate that leaves this module is in page space: PDF points, origin top left, the
page as a viewer displays it (after /Rotate and cropping).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pymupdf

from schemas.errors import DamagedFile, EmptyFile, EncryptedFile, NoPages, UnknownFormat
from schemas.geometry import Affine
from schemas.page import PageSource
from worker.limits import ORDINARY, PageLimits, Trouble, require_within, size_in_file
from worker.stretches import Corners, Stretch, in_order, is_odd, plainly_readable, stretches

TROUBLE: Trouble = (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase)
"""What PyMuPDF raises over a damaged file: its own errors, and those of MuPDF that get through."""

Pixels = npt.NDArray[np.uint8]

SUFFIXES = (".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff")

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
)
_OTHERS = (
    (b"PK\x03\x04", "a ZIP archive or an Office file; unpack it, or print it to PDF"),
    (b"\xd0\xcf\x11\xe0", "an old Office file; save it as PDF"),
    (b"{\\rtf", "an RTF text; save it as PDF"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"7z\xbc\xaf", "a 7z archive; unpack it first"),
    (b"<", "a web page or XML; print it to PDF"),
)

# Pixels of the longer side at which a page is read: below the first, 7-point figures lose
# their strokes; above the second nothing is gained and time is lost.
_MIN_SIDE, _MAX_SIDE = 2000, 3600
_KEPT = 8
"""Pages whose images MuPDF keeps as it drew them, in case one is looked at again: of a long scan it
would keep a quarter of a gigabyte."""
_VECTOR_DPI = 220
_LEVELS = 8  # bits of a pixel of grey or of each colour
_BESIDE = 0.1  # pixels by which an image may miss the edges of its page
_AS_FINE = 0.002  # share by which its own resolution may differ from that to be read at
# Words of MuPDF's messages that mean that something of the page could not be shown.
_LOST = (
    "zlib error", "premature end", "read error", "cannot decode", "Failed to decode", "corrupt",
    "truncated",
)  # fmt: skip
# How MuPDF's names of grey colour spaces begin; a palette or a spot colour has one value, too.
_GREY = ("DeviceGray", "CalGray", "ICCBased(Gray")
_INVISIBLE = 3  # PDF text rendering mode "neither fill nor stroke" (ISO 32000-1, table 106)


class Segment(NamedTuple):
    """A drawn straight line or thin bar."""

    x0: float
    y0: float
    x1: float
    y1: float
    thickness: float

    def turned(self, by: Affine) -> Segment:
        return Segment(*by.point(self.x0, self.y0), *by.point(self.x1, self.y1), self.thickness)


@dataclass(frozen=True, slots=True)
class PageJudgement:
    """What a page is, and why, with the trouble MuPDF had on it (None: no trouble)."""

    source: PageSource
    reason: str
    damage: str | None = None


def _sniff(head: bytes) -> str | None:
    if b"%PDF-" in head[:1024]:
        return "pdf"
    return next((kind for magic, kind in _MAGIC if head.startswith(magic)), None)


def _refuse_format(path: Path, head: bytes) -> UnknownFormat:
    what = next((text for magic, text in _OTHERS if head.lstrip().startswith(magic)), None)
    hint = f"it looks like {what}" if what else "its first bytes are those of no known format"
    return UnknownFormat(f"{path.name} is no PDF, PNG, JPEG or TIFF: {hint}.")


@contextmanager
def open_document(path: Path, limits: PageLimits = ORDINARY) -> Iterator[Document]:
    """The open document; closed again when the block ends. Pages over ``limits`` are refused.

    Raises:
        InputError: one of its kinds, where the file can't be read at all.
    """
    with path.open("rb") as file:
        head = file.read(2048)
    if not head:
        raise EmptyFile(f"{path.name} is empty (0 bytes): get the file again from its source.")
    kind = _sniff(head)
    if kind is None:
        raise _refuse_format(path, head)
    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    pymupdf.TOOLS.reset_mupdf_warnings()
    try:
        raw = pymupdf.open(str(path), filetype=kind)
    except (pymupdf.FileDataError, pymupdf.EmptyFileError, *TROUBLE) as error:
        raise DamagedFile(
            f"{path.name} can't be opened as {kind.upper()}, it is damaged or cut off: "
            "get it again, or print it to a new PDF."
        ) from error
    try:
        yield _checked(path, raw, limits)
    finally:
        raw.close()
        # What MuPDF drew it keeps, of closed documents too: some 250 MB, were nothing said.
        pymupdf.TOOLS.store_shrink(100)


def _checked(path: Path, raw: Any, limits: PageLimits) -> Document:
    if raw.needs_pass and not raw.authenticate(""):
        raise EncryptedFile(f"{path.name} needs a password: save a copy without one and try again.")
    try:
        count = len(raw)
    except TROUBLE as error:
        raise DamagedFile(
            f"{path.name} has no readable page tree, it is damaged or cut off: get it again."
        ) from error
    if count == 0:
        raise NoPages(f"{path.name} has no pages: check that it was saved completely.")
    return Document(raw, count, limits)


@dataclass(frozen=True, slots=True)
class _Frame:
    """How a page is drawn: by which matrix, and the (width, height) in pixels of what is kept.

    ``size`` is None where all is kept that MuPDF draws of the page.
    """

    zoom: Any
    size: tuple[int, int] | None = None


class Document:
    """An open document; pages are counted from 0 here."""

    def __init__(self, raw: Any, page_count: int, limits: PageLimits) -> None:
        self._raw, self._limits = raw, limits
        self._held: tuple[int, Any] | None = None
        self._text: Any = None
        self._turned: Affine | None = None
        self.page_count = page_count

    def _page(self, index: int) -> Any:
        """The page, once: MuPDF's page objects are kept while the same page is worked on."""
        if self._held is None or self._held[0] != index:
            self._held, self._text, self._turned = (index, self._load(index)), None, None
            pymupdf.TOOLS.reset_mupdf_warnings()
        return self._held[1]

    def _load(self, index: int) -> Any:
        try:
            page = self._raw[index]
            if self._raw.is_pdf:
                self._raw.xref_object(page.xref)  # a page tree may name objects that are gone
        except TROUBLE as error:
            raise DamagedFile(
                f"page {index + 1} is missing from the file, which is cut off or damaged: "
                "get the file again."
            ) from error
        with _damage_named(index):
            require_within(self._raw, page, self._limits, TROUBLE)
        return page

    def page_size(self, index: int) -> tuple[float, float]:
        """Width and height of the page as displayed, in points."""
        rect = self._page(index).rect
        return float(rect.width), float(rect.height)

    def render(self, index: int, dpi: float) -> Pixels:
        """The page as displayed, (height, width, 3) RGB.

        Raises:
            DamagedFile: if MuPDF can't draw it.
        """
        return self._drawn(index, _Frame(pymupdf.Matrix(dpi / 72, dpi / 72)), grey=False)

    def scan(self, index: int) -> Pixels:
        """The page as displayed, at the resolution to read it at.

        (height, width) of grey where it is grey throughout, else (height, width, 3) RGB: MuPDF
        draws a grey image in half the time where it need not make colours of it. A scan in JPEG
        2000 is decoded at half its size where its print is large, see :mod:`worker.jpeg2000`.

        Raises:
            DamagedFile: if MuPDF can't draw it.
        """
        with _damage_named(index):
            page = self._page(index)
            dpi, grey = self._dpi(page), _is_grey(page)
            frame = _frame_of_image(page, dpi)
            data = _lone_jpeg_2000(self._raw, page) if frame is not None else None
        if data is not None and frame is not None and frame.size is not None:
            from worker.jpeg2000 import decoded  # few documents hold such an image

            pixels = decoded(data, frame.size)
            if pixels is not None:
                return pixels
        if frame is None:
            frame = _Frame(pymupdf.Matrix(dpi / 72, dpi / 72))
        return self._drawn(index, frame, grey=grey)

    def _drawn(self, index: int, frame: _Frame, *, grey: bool) -> Pixels:
        """The page as it falls into the frame, a copy."""
        page = self._page(index)
        if index % _KEPT == _KEPT - 1:
            pymupdf.TOOLS.store_shrink(100)
        colours = pymupdf.csGRAY if grey else pymupdf.csRGB
        try:
            pix = page.get_pixmap(matrix=frame.zoom, colorspace=colours, alpha=False)
        except TROUBLE as error:
            raise DamagedFile(f"page {index + 1} can't be drawn: {error}") from error
        drawn = np.frombuffer(pix.samples_mv, np.uint8).reshape(pix.height, pix.width, pix.n)
        if frame.size is not None:
            (width, height), top, left = frame.size, max(-pix.y, 0), max(-pix.x, 0)
            drawn = drawn[top : top + height, left : left + width]
        return (drawn[:, :, 0] if grey else drawn).copy()

    def _dpi(self, page: Any) -> float:
        """The resolution to read the page at: its largest image's own, within bounds."""
        side = max(page.rect.width, page.rect.height, 1.0) / 72
        native = max(
            (
                max(info["width"], info["height"]) / max(_side(info["bbox"]) / 72, 0.01)
                for info in page.get_image_info()
                if _share(info, page) > 0.2
            ),
            default=float(_VECTOR_DPI),
        )
        return float(min(max(native, _MIN_SIDE / side), _MAX_SIDE / side))

    def damage(self) -> str | None:
        """What MuPDF said of lost data since the current page was loaded; None: nothing.

        MuPDF carries on past damaged streams and leaves blank what it could not decode; its
        message is the only sign.
        """
        said = pymupdf.TOOLS.mupdf_warnings()
        lost = [line for line in said.splitlines() if any(sign in line for sign in _LOST)]
        return "; ".join(dict.fromkeys(lost)) or None

    def stretches(self, index: int) -> tuple[Stretch, ...]:
        """The visible characters of the text layer, in the order of the file."""
        with _damage_named(index):
            raw = self._raw_text(index)
        return tuple(stretches(raw, self._rotation(index)))

    def _raw_text(self, index: int) -> Any:
        """MuPDF's dictionary of the page's text, kept while the same page is worked on."""
        page = self._page(index)
        if self._text is None:
            self._text = page.get_textpage(flags=_TEXT_FLAGS).extractRAWDICT()
        return self._text

    def _rotation(self, index: int) -> Affine:
        """The page's /Rotate, which MuPDF takes long to tell, kept as its text is."""
        page = self._page(index)
        if self._turned is None:
            self._turned = _affine(page.rotation_matrix)
        return self._turned

    def segments(self, index: int) -> tuple[Segment, ...]:
        """The drawn straight lines and thin filled bars, in page space."""
        page = self._page(index)
        turned = self._rotation(index)
        with _damage_named(index):
            drawings = page.get_cdrawings()
        drawn = _visible(drawings)
        return tuple(drawn if turned == Affine() else (s.turned(turned) for s in drawn))

    def judge(self, index: int) -> PageJudgement:
        """Whether the page has a text layer worth believing, is a scan, or is blank."""
        with _damage_named(index):
            if plainly_readable(self._raw_text(index)):
                return PageJudgement("text", "text layer", self.damage())
            return self._judged(self._page(index))

    def _judged(self, page: Any) -> PageJudgement:
        shown, hidden, odd = _count_text(page)
        doubtful = shown < 40 or hidden > shown  # images take long to look for
        images = page.get_image_info() if doubtful else ()
        image = min(sum(_share(info, page) for info in images), 1.0)
        damage = self.damage()
        if shown >= 8 and odd > 0.15 * shown:
            return PageJudgement("scan", "text layer of garbage", damage)
        if image > 0.6 and doubtful:
            return PageJudgement("scan", "page image", damage)
        if shown >= 2:
            return PageJudgement("text", "text layer", damage)
        if hidden or image > 0.02 or _has_ink(page):
            return PageJudgement("scan", "drawn without text", self.damage())
        return PageJudgement("blank", "nothing drawn", self.damage())


@contextmanager
def _damage_named(index: int) -> Iterator[None]:
    """Turns what MuPDF raises over a page into one error of ours.

    Raises:
        DamagedFile: naming the page.
    """
    try:
        yield
    except TROUBLE as error:
        raise DamagedFile(
            f"page {index + 1} is damaged and can't be read ({error}): get the file again."
        ) from error


def _side(box: tuple[float, float, float, float]) -> float:
    return max(box[2] - box[0], box[3] - box[1])


def _share(image: Any, page: Any) -> float:
    """The part of the displayed page that an image covers."""
    seen = (pymupdf.Rect(image["bbox"]) * page.rotation_matrix) & page.rect
    area = page.rect.width * page.rect.height
    return float(seen.width * seen.height / area) if area and not seen.is_empty else 0.0


def _frame_of_image(page: Any, dpi: float) -> _Frame | None:
    """The frame in which each pixel of the one image that covers a page stays what it is.

    A scan mostly misses its page by some hundredths of a pixel; MuPDF then draws it over one row
    or column more, every pixel mixed from two, in twice to three times the time. None for pages
    that are turned or hold other images, for an image that is to be drawn finer or coarser than it
    is, and for a black and white one: the mixing closes thin rulings that are broken in it.
    """
    images = page.get_image_info()
    if page.rotation or len(images) != 1 or images[0]["bpc"] != _LEVELS:
        return None
    width, height = images[0]["width"], images[0]["height"]
    box = pymupdf.Rect(images[0]["bbox"])
    if box.is_empty or not (images[0]["transform"][0] > 0 < images[0]["transform"][3]):
        return None
    across, along = width / box.width, height / box.height
    off = max(
        *(abs(side) * across for side in (box.x0 - page.rect.x0, box.x1 - page.rect.x1)),
        *(abs(side) * along for side in (box.y0 - page.rect.y0, box.y1 - page.rect.y1)),
    )
    if off > _BESIDE or max(abs(across * 72 - dpi), abs(along * 72 - dpi)) > _AS_FINE * dpi:
        return None
    zoom = pymupdf.Matrix(across, 0, 0, along, -box.x0 * across, -box.y0 * along)
    return _Frame(zoom, (width, height))


_MARKED = re.compile(rb"/(?!OC\b)\w+\s*(?:<<[^<>]*>>|/\w+)\s*BDC|\bEMC\b")
_ONE_IMAGE = re.compile(rb"[\sqQ]*(?:(?:[-+.\d]+\s+){6}cm\s*)+/[^\s/<>()\[\]]+\s+Do[\sqQ]*")
_MOST_CONTENT = 1000  # bytes
_SHADES = ("DeviceRGB", "DeviceGray")


def _lone_jpeg_2000(raw: Any, page: Any) -> bytes | None:
    """The file of the one image, where a page draws nothing else and the image as it is.

    None for other formats, and where a mask, a clip or another space of colours has a say.
    """
    images: Sequence[Any] = page.get_images(full=True) if raw.is_pdf else ()
    if len(images) != 1:
        return None
    xref, mask, width, height, bits, shades, _, _, kind, *_ = images[0]
    if kind != "JPXDecode" or mask or bits != _LEVELS or shades not in _SHADES:
        return None
    if any(raw.xref_get_key(xref, key)[0] != "null" for key in ("Mask", "Decode", "SMaskInData")):
        return None
    content = page.read_contents()
    if len(content) > _MOST_CONTENT or not _ONE_IMAGE.fullmatch(_MARKED.sub(b" ", content)):
        return None
    if size_in_file(raw, xref, TROUBLE) != (width, height):
        return None
    packed: bytes = raw.xref_stream_raw(xref)
    return packed


def _is_grey(page: Any) -> bool:
    """Whether all that is drawn on a page is images, and all of them are grey."""
    drawn = [kind for kind, _ in page.get_bboxlog() if kind != "ignore-text"]
    images = page.get_image_info()
    return (
        0 < len(images) == len(drawn)
        and set(drawn) == {"fill-image"}
        and all(info["cs-name"].startswith(_GREY) for info in images)
    )


def _count_text(page: Any) -> tuple[int, int, int]:
    """Visible, invisible and odd visible characters, white space left out."""
    shown = hidden = odd = 0
    for span in page.get_texttrace():
        texts = [sign for c in span["chars"] if not (sign := chr(c[0])).isspace()]
        if span["type"] == _INVISIBLE or span["opacity"] == 0:
            hidden += len(texts)
        else:
            shown += len(texts)
            odd += sum(map(is_odd, texts))
    return shown, hidden, odd


def _has_ink(page: Any) -> bool:
    side = max(page.rect.width, page.rect.height, 1.0)
    zoom = 600 / side
    pix = page.get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), colorspace=pymupdf.csGRAY, alpha=False)
    return bool((np.frombuffer(pix.samples, np.uint8) < 200).sum() > 20)


def _affine(matrix: Any) -> Affine:
    return Affine(matrix.a, matrix.c, matrix.e, matrix.b, matrix.d, matrix.f)


_TEXT_FLAGS = pymupdf.TEXT_PRESERVE_WHITESPACE | pymupdf.TEXT_CID_FOR_UNKNOWN_UNICODE
_THIN = 2.5  # points: a filled bar up to this thick is a line, not a shape


def _visible(drawings: Any) -> list[Segment]:
    """The segments of all drawings less what later light areas are painted over."""
    shown: list[Segment] = []
    for drawing in drawings:
        kind = drawing["type"]
        filled = kind in ("f", "fs")
        dark = filled and _is_dark(drawing.get("fill"))
        if filled and not dark:
            cover = drawing["rect"]
            x0, y0, x1, y1 = cover
            if x1 - x0 > _THIN and y1 - y0 > _THIN and _reached(shown, cover):
                shown = [part for segment in shown for part in _uncovered(segment, cover)]
        stroke = kind in ("s", "fs") and _is_dark(drawing.get("color"))
        shown += _segments(drawing, stroke, dark)
    return shown


def _reached(segments: list[Segment], cover: Corners) -> bool:
    """Whether any segment comes into ``cover``: none does of most, and looking is quick."""
    left, top, right, bottom = cover
    return any(
        (x0 < right or x1 < right) and (x0 > left or x1 > left) and (y0 < bottom or y1 < bottom)
        for x0, y0, x1, y1, _ in segments
        if y0 > top or y1 > top
    )


def _uncovered(segment: Segment, cover: Corners) -> Iterator[Segment]:
    """The parts of an upright segment outside ``cover``; its edges hide nothing."""
    edge = 0.8
    x0, x1 = sorted((segment.x0, segment.x1))
    y0, y1 = sorted((segment.y0, segment.y1))
    left, top, right, bottom = cover
    flat = y1 - y0 <= x1 - x0
    across, low, high = ((y0 + y1) / 2, x0, x1) if flat else ((x0 + x1) / 2, y0, y1)
    side0, side1 = (top, bottom) if flat else (left, right)
    from_, to = (left, right) if flat else (top, bottom)
    if not side0 + edge < across < side1 - edge or to <= low or from_ >= high:
        yield segment
        return
    for a, b in ((low, min(from_, high)), (max(to, low), high)):
        if b - a > edge:
            if flat:
                yield Segment(a, across, b, across, segment.thickness)
            else:
                yield Segment(across, a, across, b, segment.thickness)


def _segments(drawing: Any, stroke: bool, filled: bool) -> list[Segment]:
    """The segments of a drawing whose lines (``stroke``) or inner (``filled``) are dark."""
    width = float(drawing.get("width") or 0.5)
    items = drawing["items"]
    found: list[Segment] = []
    lines = 0
    for item in items:
        kind = item[0]
        if kind == "l":
            lines += 1
            if stroke:
                _, (x0, y0), (x1, y1) = item
                found.append(Segment(x0, y0, x1, y1, width))
        elif kind == "re":
            found += _rect_segments(in_order(item[1]), stroke, filled, width)
        elif kind == "qu":
            xs, ys = zip(*item[1], strict=True)
            around = (min(xs), min(ys), max(xs), max(ys))
            found += _rect_segments(around, stroke, filled, width)
    if filled and 0 < lines == len(items):
        found += _rect_segments(drawing["rect"], False, True, width)
    return found


def _is_dark(fill: Any) -> bool:
    return fill is not None and sum(fill) / len(fill) < 0.8


def _rect_segments(rect: Corners, stroke: bool, filled: bool, width: float) -> Sequence[Segment]:
    x0, y0, x1, y1 = rect
    across, down = max(x1 - x0, 0.0), max(y1 - y0, 0.0)
    if (filled and not stroke) or down <= _THIN or across <= _THIN:
        if down <= _THIN and across > _THIN:
            y = (y0 + y1) / 2
            return (Segment(x0, y, x1, y, max(down, width)),)
        if across <= _THIN and down > _THIN:
            x = (x0 + x1) / 2
            return (Segment(x, y0, x, y1, max(across, width)),)
        return ()
    if not stroke:
        return ()
    return (
        Segment(x0, y0, x1, y0, width),
        Segment(x0, y1, x1, y1, width),
        Segment(x0, y0, x0, y1, width),
        Segment(x1, y0, x1, y1, width),
    )
