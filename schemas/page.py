"""What is read off one page: tokens, rulings and how the page was held."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from pydantic import ConfigDict

from schemas.geometry import Box, PageMap

PageSource = Literal["text", "scan", "blank"]
TokenSource = Literal["text", "ocr", "llm", "human"]


@dataclass(frozen=True, slots=True)
class Reading:
    """One candidate text of a token: what the ink may say, and how probable that is."""

    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class Posterior:
    """What a reader of figures saw in one crop of the ink: any string can be tested on it.

    ``data`` holds natural logarithms of probabilities as little-endian float16, row by row:
    ``steps`` rows from left to right, each with the CTC blank first and then one number for
    each sign of ``signs``. ``weight`` is how much this look counts beside others at the same
    ink.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(
        ser_json_bytes="base64", val_json_bytes="base64"
    )

    signs: str
    steps: int
    data: bytes
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Token:
    """A run of characters on one line, with its place and how sure the reading is.

    ``box`` is in upright space. ``confidence`` is the probability that ``text`` is what is
    printed, 1.0 only where a trusted text layer gives the characters themselves.
    ``char_scores`` has one probability per character of ``text``; ``char_x`` has the x of
    each character's left edge and one more, the right edge of the last (both empty where
    the source gives none).
    ``readings`` holds, for tokens that look like figures, the alternatives of the
    recogniser, best first, ``text`` itself included; ``posteriors`` what each look at the
    ink saw, so that strings which no beam proposed can be weighed too.
    """

    text: str
    box: Box
    source: TokenSource
    confidence: float = 1.0
    char_scores: tuple[float, ...] = ()
    char_x: tuple[float, ...] = ()
    readings: tuple[Reading, ...] = ()
    bold: bool = False
    posteriors: tuple[Posterior, ...] = ()

    @property
    def legible(self) -> bool:
        """Whether its characters are on the whole more probable than not.

        Else it is dirt, or print beyond reading, whatever its text says.
        """
        scores = self.char_scores
        return self.source != "ocr" or not scores or sum(scores) >= _LEGIBLE * len(scores)


_LEGIBLE = 0.5


@dataclass(frozen=True, slots=True)
class Ruling:
    """A drawn straight line, horizontal or vertical, in upright space.

    ``at`` is the y of a horizontal ruling or the x of a vertical one; ``start`` and ``end``
    run along the line.
    """

    horizontal: bool
    at: float
    start: float
    end: float
    thickness: float = 0.5

    @property
    def length(self) -> float:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Warn:
    """Something that the user should know; ``code`` is stable, ``message`` is a sentence."""

    code: str
    message: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class PageText:
    """One page as read: everything that later stages may use.

    ``number`` counts from 1. ``width`` and ``height`` are those of upright space;
    ``to_page`` maps upright space to page space. ``page_width`` and ``page_height`` are the
    displayed page's.
    """

    number: int
    source: PageSource
    width: float
    height: float
    page_width: float
    page_height: float
    tokens: tuple[Token, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    to_page: PageMap = field(default_factory=PageMap)
    warnings: tuple[Warn, ...] = ()
