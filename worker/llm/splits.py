"""Texts of indicators that the rules can't take apart, put before a model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from schemas.grid import Split
from schemas.result import Result
from worker.indicator_splits import FIELDS, ground, stretches_in_doubt
from worker.llm.again import grounded_answer
from worker.llm.answers import IndicatorAnswer
from worker.llm.calls import Caller
from worker.llm.grounding import Complaint
from worker.llm.prompts import INDICATORS, prompt
from worker.llm.question import Question, Turn
from worker.llm.wording import enclosed

MOST = 24
"""Texts of one document that are asked about."""
_COLUMN = "indicators"
_SOME_INDICATOR = re.compile(r"\d.*(?:指标|目标)|(?:指标|目标).*\d", re.DOTALL)
_LONGEST = 600
"""Characters beyond which a text is left to the rules: long answers fail."""
_LEAST = 150
_FOR_A_SIGN = 2
"""Tokens that an answer may have: this much, and so much more for each character."""


@dataclass(frozen=True, slots=True)
class Text:
    """A printed text of one indicator or a few, and the page that its cell begins on."""

    text: str
    page: int


def texts_in_doubt(result: Result) -> tuple[Text, ...]:
    """What the rules leave of the indicator cells of a result, each text once, in order."""
    found = (text for text in _texts(result) if len(text.text) <= _LONGEST)
    return tuple(islice({text.text: text for text in found}.values(), MOST))


def _texts(result: Result) -> Iterator[Text]:
    for table in result.tables:
        for row in table.rows:
            cell = row.cells.get(_COLUMN)
            if cell is not None:
                found = filter(_SOME_INDICATOR.search, stretches_in_doubt(cell.text))
                yield from (Text(text, cell.page) for text in found)


def ask_split(text: str, callers: Sequence[Caller]) -> Split:
    """The text as the first of ``callers`` takes it apart; the others are stronger.

    Raises:
        ModelFault: if no answer came, or none that the ink allows.
    """

    def wrong(answer: IndicatorAnswer) -> list[Complaint]:
        complaint = ground(text, _parts(answer))[1]
        return [Complaint("indicator_ungrounded", complaint)] if complaint else []

    return Split(text, _parts(grounded_answer(split_question(text), wrong, callers)))


def split_question(text: str) -> Question[IndicatorAnswer]:
    held = prompt(INDICATORS)
    turns = (*held.examples, Turn("user", enclosed(text)))
    most = _LEAST + _FOR_A_SIGN * len(text)
    return Question(held.name, held.text, turns, IndicatorAnswer, most)


def _parts(answer: IndicatorAnswer) -> tuple[tuple[str, str, str, str, str], ...]:
    return tuple(tuple(getattr(one, f) for f in FIELDS) for one in answer.indicators)
