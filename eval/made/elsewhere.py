"""The same table as a city prints it of which nobody has heard.

Titles and columns have names that no form knows, the columns of money stand in another
order, and one more header level stands over them. What is true stays true: only words and
places change, so that reading must rest on the figures, codes and indents.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from eval.made.table import MadeColumn, MadeTable

_NAMES = {
    "total": "盘子总量", "basic": "保运转", "project": "办事业", "personnel": "吃饭钱",
    "running": "开门钱",
    "carried": "年前剩下", "fiscal": "公家出", "general": "大账", "government_fund": "专账",
    "state_capital": "企业账", "business": "自挣", "other": "零星", "operating": "店铺",
    "special": "户头钱", "special_account": "户头钱", "upward": "往上交", "subsidy": "往下补",
    "abroad": "出远门", "cars": "车子", "purchase": "买车", "upkeep": "养车", "reception": "请客",
    "income": "进账数", "spent": "出账数", "before": "去岁", "now": "今岁", "change": "差数",
    "central": "京里给", "central_before": "京里先给", "central_now": "京里又给",
    "province": "省里给", "province_before": "省里先给", "province_now": "省里又给",
    "name": "事项", "code": "号", "class": "号一", "section": "号二", "item": "号三",
    "source": "钱从哪来", "use": "钱往哪去", "unit": "哪家", "target": "要办成什么",
    "quantity": "几件", "content": "干什么", "kind": "看哪面", "indicator": "看什么",
    "value": "看多少",
    "level1": "头等", "level2": "二等", "level3": "三等", "indicators": "怎么看",
}  # fmt: skip
_TITLES = ("全年用钱一览表", "本级收付账目表", "钱款去处明细表")
_OVER = ("账面情况", "本本上的数")


def as_elsewhere(table: MadeTable, rng: random.Random) -> MadeTable:
    """``table`` under other names, its money columns in another order, one level deeper."""
    over = rng.choice(_OVER)
    columns = [_renamed(column, over) for column in table.columns]
    ordered = [
        column
        for money, run in groupby(columns, key=lambda column: column.is_money)
        for column in (_swapped(list(run), rng) if money else run)
    ]
    title = rng.choice(_TITLES)
    return replace(table, form="generic", title=title, columns=tuple(ordered))


def _renamed(column: MadeColumn, over: str) -> MadeColumn:
    """The column with its own name changed; a group over it keeps what tells it apart."""
    name = _NAMES.get(column.key, column.path[-1])
    outer = tuple(f"{part}那些" for part in column.path[:-1])
    path = (*outer[:1], over, *outer[1:], name) if column.is_money else (*outer, name)
    return replace(column, path=path, number="")


def _swapped(columns: Sequence[MadeColumn], rng: random.Random) -> list[MadeColumn]:
    """The columns in another order, those under one header cell still together."""
    groups = [list(run) for _, run in groupby(columns, key=lambda column: column.path[:-1])]
    rng.shuffle(groups)
    for group in groups:
        rng.shuffle(group)
    return [column for group in groups for column in group]
