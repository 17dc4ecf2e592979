"""One answer that the ink allows: asked for, asked for again with what is wrong, then elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from worker.llm.calls import Caller
from worker.llm.faults import Malformed, ModelFault
from worker.llm.grounding import Complaint, in_words
from worker.llm.prompts import ASK_AGAIN, prompt
from worker.llm.question import A, Question


class Ungrounded(ModelFault):
    """The model's last answer contradicts the ink."""

    category = "model:ungrounded"


def grounded_answer(
    question: Question[A],
    wrong: Callable[[A], list[Complaint]],
    callers: Sequence[Caller],
    unsure: Callable[[A], list[Complaint]] = lambda _: [],
) -> A:
    """An answer with nothing ``wrong``: asked for, asked for again, asked of stronger models.

    What is only ``unsure`` is told once too, and the better answer of the two is taken.
    """
    held: A | None = None
    said = ""
    for number, caller in enumerate(callers):
        asked = question
        for _ in range(2 if number == 0 else 1):
            text, answer, said = _told(asked, wrong, caller)
            if answer is not None and (held is not None or not unsure(answer)):
                return _better(held, answer, unsure)
            if answer is None and held is not None:
                return held
            held = answer
            said = said or in_words(unsure(answer) if answer is not None else [])
            asked = question.again(text, prompt(ASK_AGAIN).text.replace("{complaints}", said))
        if held is not None:
            return held
    raise Ungrounded(said)


def _told(
    asked: Question[A], wrong: Callable[[A], list[Complaint]], caller: Caller
) -> tuple[str, A | None, str]:
    """What the model wrote, its answer if the ink allows it, and what is wrong with it else."""
    try:
        reply = caller.ask(asked)
    except Malformed as fault:
        return fault.text, None, f"- {fault.message}"
    found = wrong(reply.answer)
    return reply.text, None if found else reply.answer, in_words(found)


def _better(held: A | None, now: A, unsure: Callable[[A], list[Complaint]]) -> A:
    if held is None or len(unsure(now)) < len(unsure(held)):
        return now
    return held
