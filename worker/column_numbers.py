"""The row of a header that numbers its columns, or says how they add up: ``1 2 3=1+2``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from schemas.amount import narrow

_NUMBER = re.compile(r"[-—.,]?[(（]?(\d{1,2})[)）]?([=＝]\d{1,2}([-+＋－]\d{1,2})*)?")
_MISREAD = re.compile(r"(\d{1,2})([^\d.,]\d{1,2})+")  # a formula whose signs are something else
_NAME = re.compile(r"栏次|欄次|[*＊×]{1,3}")  # what stands in such a row under other columns
SHORT = 3  # characters: such a name may be misread, a label is longer
SURE = 3  # numbers in a row that are no chance
FIRST = 2  # the highest number that such a row may start with, the first being lost
_ONES = ("1", "I", "l", "|")  # a 1, and what it is misread as
_ASTERISKS = 2  # of a column without a number
_SOME = 2  # asterisks beside the number of the only column of figures
_LONGEST = 8  # characters of a number or formula, or of what is read in its place
_MOST = 0.7  # share of the texts that must be the number of their place
_PLACED = 0.6  # share of the numbers that must be in their places


def numbers_columns(texts: Sequence[str]) -> bool:
    """Whether the texts of a row are column numbers or formulas, in order.

    Dirt may stand before a number. Columns that take no part in sums may bear asterisks. One
    other text may be among them, and any number of short ones where three numbers or more
    count up from 1.
    """
    said = [narrow(text) for text in texts if text.strip()]
    numbered = [found for text in said if (found := _NUMBER.fullmatch(text))]
    if not numbered and not any(map(_MISREAD.fullmatch, said)):
        return False  # as nearly all rows
    named = [text for text in said if _NAME.fullmatch(text)]
    others = [
        text
        for text in said
        if any(c.isalnum() for c in text) and not (_NUMBER.fullmatch(text) or _NAME.fullmatch(text))
    ]
    digits = [int(found[1]) for found in numbered]
    if _in_their_places(said) or _among_asterisks(said):
        return True
    if is_one_among_asterisks([found[1] for found in numbered], named, others):
        return True
    if digits[1:4] == [1, 2, 3]:  # asterisks before them that were read as a number
        del digits[0]
    first = counted_from(digits)
    if first is None or len(digits) + bool(named) < 2:
        return False
    if not others:
        return True
    counted = len(digits) >= SURE and first <= FIRST
    return len(others) == 1 or (counted and all(len(text) <= SHORT for text in others))


def is_one_among_asterisks(
    numbers: Sequence[str], names: Sequence[str], others: Sequence[str]
) -> bool:
    """Whether a row numbers the only column of figures that a table has.

    ``names`` are asterisks and the like beside the number. Fewer ``others`` may be what some of
    them were misread as.
    """
    short = all(len(other) <= _ASTERISKS for other in others)
    return list(numbers) == ["1"] and len(names) >= _SOME and len(others) < len(names) and short


def _in_their_places(said: Sequence[str]) -> bool:
    """Whether most texts are the number of their place, and what is left may be one misread."""
    texts = [text for text in said if not _NAME.fullmatch(text)]
    if len(texts) <= SURE or any(len(text) > _LONGEST for text in texts):
        return False
    numbers = [
        int(found[1]) if (found := _NUMBER.fullmatch(t) or _MISREAD.fullmatch(t)) else None
        for t in texts
    ]
    return any(
        sum(number == first + k for k, number in enumerate(numbers))
        >= max(SURE + 1, _MOST * len(texts))
        for first in range(1, FIRST + 1)
    )


def _among_asterisks(said: Sequence[str]) -> bool:
    """Whether texts side by side count up from 1 and all others are a sign or two.

    Those are asterisks, which read as figures where they are blurred.
    """
    for start, text in enumerate(said):
        first = 1 if text in _ONES else FIRST
        if first > 1 and text != str(FIRST):
            continue
        run = 1
        while start + run < len(said) and said[start + run] == str(run + first):
            run += 1
        others = [*said[:start], *said[start + run :]]
        short = bool(others) and all(len(other) <= _ASTERISKS for other in others)
        # Where the 1 was lost, two numbers are few: asterisks must be many, or none a word.
        words = any(c.isalpha() for other in others for c in other)
        enough = len(others) >= (SURE if words else FIRST)
        if short and (run >= SURE or (first > 1 and run > 1 and enough)):
            return True
    return False


def counted_from(digits: Sequence[int]) -> int | None:
    """The number from which a row counts up by one; None where it does not count.

    In a row of four or more, counting from 1 (from 2 where the first was lost), most must be
    in their places: a bad scan turns a 4 into a 1.
    """
    if not digits:
        return None
    if list(digits) == list(range(digits[0], digits[0] + len(digits))):
        return digits[0]
    for first in range(1, FIRST + 1):
        placed = sum(digit == first + k for k, digit in enumerate(digits))
        if len(digits) > SURE and placed >= max(SURE, _PLACED * len(digits)):
            return first
    return None
