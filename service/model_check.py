"""``crossfoot model check``: whether the model of the settings does what is asked of it.

One built-in page, three kinds of question: an answer of a given form, the structure of a
table, and, where the settings say that it may be shown pictures, a crop.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from schemas.geometry import Box
from service.settings import Settings
from worker.llm.answers import CheckAnswer, CropAnswer
from worker.llm.books import MemoryBooks, Purpose
from worker.llm.calls import Caller, Patience, Spent
from worker.llm.case import Case, Slip
from worker.llm.faults import ModelFault
from worker.llm.money import dollars, price_of
from worker.llm.pace import LocalPace, Rates
from worker.llm.prompts import CHECK, CROP, prompt
from worker.llm.question import Question, Turn
from worker.llm.structure import propose
from worker.llm.wording import enclosed

_FIGURE = "1,234.56"
_ROWS = (
    ("项目", "合计", "财政拨款", "其他资金"),
    ("合计", "70.00", "61.00", "9.00"),
    ("甲局", "40.00", "40.00", ""),
    ("乙局", "30.00", "21.00", "9.00"),
)


@dataclass(frozen=True, slots=True)
class Ability:
    """One thing that was tried: whether it works, and what came of it in words."""

    name: str
    works: bool
    said: str


def check(settings: Settings) -> int:
    """Prints what the model can do; 0 where it can be used, 3 where not."""
    from service.model import consultant_endpoints

    spent = Spent()
    endpoint = consultant_endpoints(settings)[0]
    caller = Caller(
        endpoint, MemoryBooks(), LocalPace(Rates()), Purpose("check"), spent,
        price_of(settings.model_price), patience=Patience(2, call=settings.model_call_seconds),
    )  # fmt: skip
    started = time.perf_counter()
    found = list(_abilities(caller, images=settings.model_images))
    seconds = time.perf_counter() - started
    for ability in found:
        print(f"{'yes' if ability.works else 'no ':3}  {ability.name}: {ability.said}")
    tokens = spent.tokens
    print(
        f"     {spent.calls} calls, {tokens.input} tokens read and {tokens.output} written "
        f"in {seconds:.1f} s"
        + (f", {tokens.output / seconds:.0f} tokens a second" if seconds else "")
    )
    if caller.price is None:
        print("     no price is set: CROSSFOOT_MODEL_PRICE, such as 0.15/0.60")
    else:
        print(f"     {dollars(spent.cost)} dollars for this page of {len(_ROWS)} rows")
    return 0 if all(ability.works for ability in found[:2]) else 3


def _abilities(caller: Caller, *, images: bool) -> Iterator[Ability]:
    try:
        held = prompt(CHECK)
        question = Question(
            held.name, held.text, (Turn("user", enclosed("a\nb")),), CheckAnswer, 60
        )
        answer = caller.ask(question).answer
        yield Ability("JSON of a given form", True, answer.word)
    except ModelFault as fault:
        yield Ability("JSON of a given form", False, fault.message)
        return
    try:
        proposal = propose(_case(), [caller])
        right = len(proposal.rows) == len(_ROWS) - 1
        yield Ability("structure of a table", right, f"{len(proposal.rows)} rows")
    except ModelFault as fault:
        yield Ability("structure of a table", False, fault.message)
    if not images:
        yield Ability("pictures", False, "not tried, for CROSSFOOT_MODEL_IMAGES is off")
        return
    yield _sight(caller)


def _sight(caller: Caller) -> Ability:
    held = prompt(CROP)
    shown = (Turn("user", "the cut-out"),)
    try:
        question = Question(held.name, held.text, shown, CropAnswer, 120, _picture())
        text = caller.ask(question).answer.text
    except ModelFault as fault:
        return Ability("pictures", False, fault.message)
    return Ability("pictures", text == _FIGURE, f"reads {text!r} where {_FIGURE!r} stands")


def _case() -> Case:
    slips: list[Slip] = []
    lines: list[Sequence[int]] = []
    for row, texts in enumerate(_ROWS):
        line = []
        for col, text in enumerate(texts):
            if text:
                x, y = 60.0 + 110 * col, 100.0 + 16 * row
                box = Box(x, y, x + 9.0 * len(text), y + 9)
                slips.append(Slip(len(slips) + 1, text, 1, box, "." in text, True))
                line.append(len(slips))
        lines.append(tuple(line))
    return Case(0, tuple(slips), tuple(tuple(line) for line in lines))


def _picture() -> bytes:
    image = Image.new("L", (360, 120), 255)
    font = ImageFont.load_default(48)
    ImageDraw.Draw(image).text((40, 30), _FIGURE, fill=0, font=font)
    held = io.BytesIO()
    image.save(held, "PNG")
    return held.getvalue()
