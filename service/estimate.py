"""``crossfoot estimate``: what asking a model about a folder or archive would cost, before it does.

The documents are read without a model, in the cage, and the requests that would be sent first
are made and counted. Answers are counted at their bound, so that the estimate is a most; what
is asked again, or of a stronger model, is not in it, and neither are pictures of figures that
stay in doubt.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from schemas.errors import CrossfootError, UsageError
from service.cage import Cage
from service.caged import desk_of
from service.cages import limits_of
from service.model import mode_of
from service.settings import Settings
from worker.llm.faults import Tokens
from worker.llm.money import dollars, price_of
from worker.llm.question import Question
from worker.llm.splits import split_question, texts_in_doubt
from worker.llm.structure import first_questions
from worker.llm.told import Told


@dataclass(frozen=True, slots=True)
class Estimate:
    """What so many questions take at most."""

    documents: int = 0
    tables: int = 0
    texts: int = 0
    questions: int = 0
    tokens: Tokens = Tokens()  # noqa: RUF009 - frozen

    def asking(self, questions: Sequence[Question[Any]]) -> Estimate:
        """With these questions counted too."""
        used = Tokens(sum(q.least_tokens() for q in questions), sum(q.most for q in questions))
        return replace(self, questions=self.questions + len(questions), tokens=self.tokens + used)


def estimate(settings: Settings, source: Path) -> int:
    """Prints the estimate; 0.

    Raises:
        UsageError: if no model is named, or ``source`` is no folder and no archive.
    """
    from schemas.run_settings import RunSettings
    from service.batch_files import batch_files

    mode = mode_of(settings, RunSettings())
    if mode == "off":
        raise UsageError("no model would be asked: set CROSSFOOT_MODEL_URL and CROSSFOOT_MODEL.")
    found = Estimate()
    cage = Cage(limits_of(settings))
    with tempfile.TemporaryDirectory() as folder:
        with batch_files(source, Path(folder), settings) as files:
            for file in files:
                if not file.is_document or file.path is None:
                    continue
                try:
                    desk = desk_of(file.path, file.name, file.sha256, cage, settings)
                    result, cases = desk.assemble(Told(), mode)
                except CrossfootError as error:
                    print(f"{file.name}: not counted ({error.message})", file=sys.stderr)
                    continue
                texts = texts_in_doubt(result)
                found = replace(
                    found,
                    documents=found.documents + 1,
                    tables=found.tables + len(cases),
                    texts=found.texts + len(texts),
                )
                for case in cases:
                    found = found.asking(first_questions(case))
                found = found.asking([split_question(text.text) for text in texts])
        cage.close()
    print(_in_words(found, settings))
    return 0


def _in_words(found: Estimate, settings: Settings) -> str:
    from service.wording import count

    said = (
        f"{count(found.documents, 'document')}, {count(found.tables, 'table')} and "
        f"{count(found.texts, 'text')} of indicators to ask about in "
        f"{count(found.questions, 'question')}: about {found.tokens.input} tokens to read and at "
        f"most {found.tokens.output} to write"
    )
    price = price_of(settings.model_price)
    if price is None:
        return f"{said}. No price is set: CROSSFOOT_MODEL_PRICE, such as 0.15/0.60."
    return f"{said}, at most {dollars(price.of(found.tokens))} dollars."
