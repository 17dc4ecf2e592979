"""What calls cost: prices by model, in whole billionths of a dollar for each token.

No float holds money: a price of 0.15 dollars for a million tokens is 150 billionths a token.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from schemas.errors import UsageError
from worker.llm.faults import Tokens

_NANO = Decimal(10) ** 9
_MILLION = Decimal(10) ** 6


@dataclass(frozen=True, slots=True)
class Price:
    """Billionths of a US dollar for one token read, and for one written."""

    input: int
    output: int

    def of(self, tokens: Tokens) -> int:
        """The cost of a call, in billionths of a dollar."""
        return self.input * tokens.input + self.output * tokens.output


FREE = Price(0, 0)


def price_of(said: str | None) -> Price | None:
    """A price said as ``0.15/0.60``: dollars for a million tokens read, and written.

    None where nothing is said.

    Raises:
        UsageError: if it is no such price.
    """
    if said is None or not said.strip():
        return None
    parts = said.split("/")
    try:
        held = [Decimal(part.strip()) * _NANO / _MILLION for part in parts]
    except InvalidOperation:
        held = []
    if len(held) != 2 or any(p < 0 or p != p.to_integral_value() for p in held):
        raise UsageError(
            f"{said!r} is no price: write dollars for a million tokens read and written, "
            "such as 0.15/0.60."
        )
    return Price(int(held[0]), int(held[1]))


def dollars(nano: int) -> str:
    """Billionths of a dollar as a decimal string, without zeros at its end."""
    text = f"{Decimal(nano) / _NANO:.9f}".rstrip("0").rstrip(".")
    return text or "0"


def nano(said: str | Decimal) -> int:
    """Dollars as billionths of a dollar, rounded down."""
    return int(Decimal(said) * _NANO)


@dataclass(frozen=True, slots=True)
class Prices:
    """The price table: by name of model."""

    by_model: Mapping[str, Price]

    def of(self, model: str) -> Price | None:
        """The model's price; None where it is not known, and then no cost is told."""
        return self.by_model.get(model)
