"""What may go wrong between a question and its answer, each kind with what is done about it.

ModelFault
├── Passing          the same request may succeed later: sent again, with a pause
│   ├── RateLimited    429
│   ├── ServerFault    5xx
│   ├── TimedOut
│   └── Unreachable    no connection, or one that broke
├── Truncated        the answer was cut off: the block is split
├── Withheld         the model will not answer: never asked again
│   ├── Declined       it refused
│   └── Filtered       a content filter stood in between
├── Malformed        no answer of the form asked for: told once what was wrong
├── Misconfigured    4xx: no request of this kind can succeed; nothing more is sent
├── Confidential     nothing of the document may leave; nothing is sent
├── OutOfBudget      the money set aside is spent; nothing is sent
└── OutOfTime        the time for this document is over; nothing is sent
"""

from __future__ import annotations

from dataclasses import dataclass

from schemas.errors import CrossfootError


@dataclass(frozen=True, slots=True)
class Tokens:
    """What one call used, as the endpoint counted it."""

    input: int = 0
    output: int = 0

    def __add__(self, other: Tokens) -> Tokens:
        return Tokens(self.input + other.input, self.output + other.output)


class ModelFault(CrossfootError):
    """A call to a model that gave no answer; ``tokens`` is what it used all the same.

    ``text`` is what the model wrote, where it wrote anything.
    """

    category = "model"

    def __init__(self, message: str, tokens: Tokens = Tokens(), text: str = "") -> None:
        super().__init__(message)
        self.tokens = tokens
        self.text = text


class Passing(ModelFault):
    """``wait`` is how many seconds the endpoint asks to be left alone, None: it does not say."""

    category = "model:passing"
    retry = True

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


class RateLimited(Passing):
    category = "model:rate_limited"


class ServerFault(Passing):
    category = "model:server"


class TimedOut(Passing):
    category = "model:timeout"


class Unreachable(Passing):
    category = "model:unreachable"


class Truncated(ModelFault):
    category = "model:truncated"


class Withheld(ModelFault):
    category = "model:withheld"


class Declined(Withheld):
    category = "model:refused"


class Filtered(Withheld):
    category = "model:filtered"


class Malformed(ModelFault):
    category = "model:malformed"


class Misconfigured(ModelFault):
    category = "model:misconfigured"


class Confidential(ModelFault):
    category = "model:confidential"


class OutOfBudget(ModelFault):
    category = "model:budget"


class OutOfTime(ModelFault):
    category = "model:out_of_time"
