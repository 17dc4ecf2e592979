"""Made-up figures as budgets print them, and what else a reader of figures is shown."""

from __future__ import annotations

import random

from worker.ctc import SIGNS, in_signs
from worker.figure_reader import OTHER

_WORDS = "合计教育支出万元小本年其他项目资金财政拨款一二三上下人工数类款总专户基金个"


def made_text(rng: random.Random, longest: int = 9) -> str:
    """A printed amount, a mark, a code, a count, or (rarely) words with or without figures.

    ``longest`` is the most digits that stand before a point.
    """
    kind = rng.random()
    if kind < 0.70:
        return _amount(rng, longest)
    if kind < 0.78:
        return rng.choice(("0.00", "0", "0.0", "0.00", "0.000000"))
    if kind < 0.83:
        return rng.choice(("-", "—", "—", "——", "-"))
    if kind < 0.90:
        return str(rng.randrange(10 ** rng.randint(1, min(longest, 7))))
    if kind < 0.94:
        return f"{rng.randrange(1001) / 10:g}%"
    return _words(rng)


def truth_of(text: str) -> str:
    """``text`` as the network should read it: spaces out, other characters as one sign.

    A dash of two characters is one stroke on paper, and one sign here.
    """
    signs = in_signs(text).replace("——", "—")
    return "".join(c if c in SIGNS else OTHER for c in signs)


def _amount(rng: random.Random, longest: int) -> str:
    digits = rng.choices((1, 2, 3, 4, 5, 6, 7, 8, 9), (8, 12, 16, 18, 16, 12, 8, 6, 4))[0]
    digits = min(digits, longest)
    whole = _digits(rng, digits)
    if digits > 1:
        whole = whole.lstrip("0") or "0"
    decimals = rng.choices((2, 0, 1, 6, 4, 5, 3), (64, 14, 6, 8, 4, 2, 2))[0]
    body = f"{int(whole):,}" if rng.random() < 0.5 else whole
    if decimals:
        body += "." + _digits(rng, decimals)
    match rng.choices(("", "-", "(", "△", "—"), (86, 6, 4, 3, 1))[0]:
        case "(":
            return f"({body})"
        case sign:
            return sign + body


def _digits(rng: random.Random, count: int) -> str:
    """Random digits, runs of one digit and noughts at the end more often than by chance."""
    manner = rng.random()
    if manner < 0.08:
        return rng.choice("0123456789") * count
    if manner < 0.2:
        few = rng.sample("0123456789", 2)
        return "".join(rng.choice(few) for _ in range(count))
    digits = [rng.choice("0123456789") for _ in range(count)]
    if manner < 0.35:
        digits[count // 2 :] = "0" * (count - count // 2)
    return "".join(digits)


def _words(rng: random.Random) -> str:
    words = "".join(rng.choice(_WORDS) for _ in range(rng.randint(1, 5)))
    if rng.random() < 0.5:
        return words
    return rng.choice((f"{_digits(rng, 3)}{words}", f"{words}{_digits(rng, 2)}"))
