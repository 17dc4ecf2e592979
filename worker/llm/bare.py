"""Pages of figures on which the rules found no table at all."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from schemas.amount import Amount, parse_amount
from schemas.grid import Sheet
from schemas.page import PageText, Token

_FEWEST = 6
"""Figures with decimals or commas that make a page one of figures; prose has a few too."""


def bare_sheets(pages: Sequence[PageText], with_tables: Collection[int]) -> tuple[Sheet, ...]:
    """Such pages in order, each as a sheet without columns whose ink is all beside."""
    return tuple(
        Sheet(
            pages=(page.number,),
            cols=0,
            header_rows=0,
            header=(),
            body=(),
            ruled=False,
            above=(),
            below=(),
            continued=(),
            to_page=((page.number, page.to_page),),
            beside=tuple((page.number, token) for token in page.tokens),
        )
        for page in pages
        if page.number not in with_tables and sum(map(_is_money, page.tokens)) >= _FEWEST
    )


def _is_money(token: Token) -> bool:
    amount = parse_amount(token.text)
    return isinstance(amount, Amount) and (amount.decimals > 0 or amount.separators)
