"""Asking a model about one document: structures of tables, texts of indicators, then crops.

Whatever goes wrong, the document keeps the result that it has without a model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from schemas.errors import CrossfootError
from schemas.page import Warn
from schemas.result import Result, ResultWarning
from worker.llm.calls import Caller
from worker.llm.case import Case
from worker.llm.desk import Desk
from worker.llm.faults import (
    Confidential,
    Misconfigured,
    ModelFault,
    OutOfBudget,
    OutOfTime,
    Passing,
)
from worker.llm.instructions import instructions
from worker.llm.money import dollars
from worker.llm.needs import Mode
from worker.llm.sightings import in_doubt, sighting
from worker.llm.splits import Text, ask_split, texts_in_doubt
from worker.llm.structure import propose
from worker.llm.told import Told

_ENDS = (Confidential, OutOfBudget, OutOfTime, Misconfigured)
"""Faults after which nothing more is asked about the document."""
_UNANSWERED = 2
"""Tables in a row that an endpoint leaves without an answer before no more is asked."""


@dataclass(frozen=True)
class Consultation:
    """How a document is put before a model.

    ``callers`` are the model and, after it, stronger ones that are asked where it fails;
    ``sees`` says whether the first may be shown pictures.
    """

    callers: Sequence[Caller]
    mode: Mode
    sees: bool = False

    def result(self, desk: Desk) -> Result:
        """The document's result; where no model was of help, the one without."""
        plain, cases = desk.assemble(Told(), self.mode)
        texts = texts_in_doubt(plain)
        if self.mode == "off" or not (cases or texts or (self.sees and in_doubt(plain))):
            return plain
        asked = _Asked(self.callers, desk)
        asked.warnings += instructions(cases, texts)
        asked.structures(cases)
        asked.splits(texts)
        result = _heard(desk, asked.told, plain, asked.warnings)
        if self.sees and asked.sightings(result):
            result = _heard(desk, asked.told, result, asked.warnings)
        return self._signed(result, asked.warnings)

    def _signed(self, result: Result, warnings: Sequence[Warn]) -> Result:
        """The result with what the calls came to, and what the user should know of them."""
        spent = self.callers[0].spent
        priced = all(caller.price is not None for caller in self.callers)
        usage = result.usage.model_copy(
            update={
                "model_calls": spent.calls,
                "input_tokens": spent.tokens.input,
                "output_tokens": spent.tokens.output,
                "cost_usd": dollars(spent.cost) if priced else None,
            }
        )
        names = ", ".join(caller.endpoint.model for caller in self.callers)
        engine = result.document.engine.model_copy(
            update={"model": names, "prompt": ", ".join(sorted(spent.prompts)) or None}
        )
        said = [ResultWarning(code=w.code, page=w.page, message=w.message) for w in warnings]
        return result.model_copy(
            update={
                "usage": usage,
                "document": result.document.model_copy(update={"engine": engine}),
                "warnings": (*result.warnings, *said),
            }
        )


def _heard(desk: Desk, told: Told, plain: Result, warnings: list[Warn]) -> Result:
    """The result with what the model said; without it where that can't be put together."""
    if told == Told():
        return plain
    try:
        return desk.assemble(told, "off")[0]
    except CrossfootError as error:
        said = f"what the model said could not be used ({error.message.rstrip('.')})."
        warnings.append(Warn("model_unused", said))
        return plain


class _Asked:
    """One document's round of questions."""

    def __init__(self, callers: Sequence[Caller], desk: Desk) -> None:
        self._callers, self._desk = callers, desk
        self._ended = False
        self.told = Told()
        self.warnings: list[Warn] = []

    def structures(self, cases: Sequence[Case]) -> None:
        """Asks for the structure of each table."""
        found, failed, silent = [], Counter[str](), 0
        for case in cases:
            try:
                found.append(propose(case, self._callers))
                silent = 0
            except _ENDS as fault:
                self._end(fault)
                break
            except ModelFault as fault:
                failed[fault.category] += 1
                silent = silent + 1 if isinstance(fault, Passing) else 0
                if silent >= _UNANSWERED:
                    self._ended = True
                    break
        for category, number in sorted(failed.items()):
            self.warnings.append(_no_help(category, number, "table"))
        self.told = replace(self.told, structures=tuple(found))

    def splits(self, texts: Sequence[Text]) -> None:
        """Asks for the fields of texts of indicators that the rules can't take apart."""
        found, failed = [], Counter[str]()
        for text in () if self._ended else texts:
            try:
                found.append(ask_split(text.text, self._callers))
            except _ENDS as fault:
                self._end(fault)
                break
            except ModelFault as fault:
                failed[fault.category] += 1
                if isinstance(fault, Passing):
                    self._ended = True
                    break
        for category, number in sorted(failed.items()):
            self.warnings.append(_no_help(category, number, "text of indicators"))
        self.told = replace(self.told, splits=tuple(found))

    def sightings(self, result: Result) -> bool:
        """Shows crops of figures in doubt; whether the model read any."""
        found = []
        for item, cell in () if self._ended else in_doubt(result):
            try:
                seen = sighting(item, cell, self._desk, self._callers[0])
            except _ENDS as fault:
                self._end(fault)
                break
            except CrossfootError:  # this crop stays in doubt, and a person looks at it
                continue
            if seen is not None:
                found.append(seen)
        self.told = replace(self.told, sightings=tuple(found))
        return bool(found)

    def _end(self, fault: ModelFault) -> None:
        self._ended = True
        self.warnings.append(Warn(_code(fault), fault.message))


def _code(fault: ModelFault) -> str:
    return fault.category.replace(":", "_")


def _no_help(category: str, number: int, what: str) -> Warn:
    kind, _, why = category.partition(":")
    many = what.replace("table", "tables").replace("text of", "texts of")
    said = f"1 {what} is" if number == 1 else f"{number} {many} are"
    help_ = f"{said} as the rules have them: the model was of no help ({why or kind})."
    return Warn("model_no_help", help_)
