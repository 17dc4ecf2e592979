"""How worn a document is when it is read: made documents and real ones at a named level."""

from __future__ import annotations

from dataclasses import dataclass, replace

from eval.made.document import make_document
from eval.made.spec import MadeSpec, draw_spec
from eval.scanner import ScanSettings, scan_pdf
from schemas.result import Result

LEVELS = ("clean", "office", "fax", "ruin")
AS_IT_IS = "text"
"""The level of a born-digital document that is read as it is."""


@dataclass(frozen=True, slots=True)
class Aged:
    """The document at its level, and its truth with the boxes where they are then."""

    pdf: bytes
    truth: Result | None


def age(pdf: bytes, truth: Result | None, level: str, seed: int) -> Aged:
    """PROVISIONAL."""
    settings = {
        "clean": ScanSettings(),
        "office": ScanSettings(skew_degrees=0.5, blur=0.5, noise=3, jpeg_quality=70),
        "fax": ScanSettings(mode="bilevel", skew_degrees=0.7, blur=0.8, noise=8, specks=60),
        "ruin": ScanSettings(
            skew_degrees=1.2, blur=1.6, noise=16, contrast=0.6, uneven=0.4, jpeg_quality=25
        ),
    }[level]
    return Aged(scan_pdf(pdf, settings, seed=seed), truth)


def made(seed: int, form: str, level: str) -> Aged:
    """The made document of ``seed``; with ``form``, a short one of that form alone."""
    document = make_document(seed, _short(seed, form) if form else None)
    if level == AS_IT_IS:
        return Aged(document.pdf, document.gold)
    return age(document.pdf, document.gold, level, seed)


def _short(seed: int, form: str) -> MadeSpec:
    return replace(draw_spec(seed, form), forms=(form,), length="short", prose=False, empty=False)
