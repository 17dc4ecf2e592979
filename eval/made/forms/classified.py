"""Forms whose rows are the functional classification (类, 款, 项) of what is spent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from eval.made.commission import Commission, money_column
from eval.made.department import Spending
from eval.made.forms.codes import classified, draw_manner
from eval.made.table import MadeColumn, MadeTable, Value
from eval.made.tree import Branch, Grown, grow
from eval.made.words import CAPITAL_FUNCTIONS, FUNCTIONS, FUND_FUNCTIONS
from schemas.forms.form import RowSum

_ALL = (*FUNCTIONS, *FUND_FUNCTIONS, *CAPITAL_FUNCTIONS)
_BASIC_PROJECT = RowSum("row_total", "total", ("basic", "project"))


def revenue(commission: Commission) -> MadeTable:
    """部门收入总体情况表: per item the sources, fiscal appropriation with a subtotal."""
    nested = commission.rng.random() < 0.6
    sources = ("general", "government_fund", "state_capital")
    heads = ("一般公共预算", "政府性基金预算", "国有资本经营预算")
    paths = [("财政拨款收入", head) if nested else (head + "拨款收入",) for head in heads]
    columns = [money_column("total", "合计"), money_column("carried", "上年结转")]
    if nested:
        columns.append(money_column("fiscal", "财政拨款收入", "小计"))
    columns += [money_column(key, *path) for key, path in zip(sources, paths, strict=True)]
    columns += [
        money_column("business", "事业收入"),
        money_column("other", "其他收入"),
    ]
    row_sums = (RowSum("row_total", "fiscal", sources),) if nested else ()
    fiscal = ("fiscal",) if nested else sources
    whole = RowSum("row_total", "total", ("carried", *fiscal, "business", "other"))
    business = commission.rng.random() < 0.5

    def figures(one: Spending) -> dict[str, Value]:
        return {
            "carried": one.carried,
            one.fund: one.fiscal,
            "business" if business else "other": one.own,
        }

    return _table(
        commission,
        "revenue",
        ("部门收入总体情况表", "部门收入总表", "收入预算总表"),
        columns,
        figures,
        (*row_sums, whole),
    )


def expenditure(commission: Commission) -> MadeTable:
    """部门支出总体情况表: per item basic and project expenditure, and three seldom ones."""
    rare = commission.rng.random() < 0.5
    columns = [
        money_column("total", "合计"),
        money_column("basic", "基本支出"),
        money_column("project", "项目支出"),
    ]
    terms: tuple[str, ...] = ("basic", "project")
    if rare:
        columns += [
            money_column("business", "事业单位经营支出"),
            money_column("upward", "上缴上级支出"),
            money_column("subsidy", "对附属单位补助支出"),
        ]
        terms = (*terms, "business", "upward", "subsidy")

    def figures(one: Spending) -> dict[str, Value]:
        own = {"business": one.own} if rare else {}
        project = one.project + one.carried + (0 if rare else one.own)
        return {"basic": one.personnel + one.running, "project": project, **own}

    return _table(
        commission,
        "expenditure",
        ("部门支出总体情况表", "部门支出总表", "支出预算总表"),
        columns,
        figures,
        (RowSum("row_total", "total", terms),),
    )


def general_public(commission: Commission) -> MadeTable:
    """一般公共预算支出情况表: basic expenditure split into personnel and running costs."""
    split = commission.rng.random() < 0.6
    year = f"{commission.department.fiscal_year}年预算数"
    over = (year,) if commission.rng.random() < 0.4 else ()
    columns = [money_column("total", *over, commission.rng.choice(("合计", "总计")))]
    if split:
        columns += [
            money_column("basic", *over, "基本支出", "小计"),
            money_column("personnel", *over, "基本支出", "人员经费"),
            money_column("running", *over, "基本支出", "公用经费"),
        ]
    else:
        columns.append(money_column("basic", *over, "基本支出"))
    columns.append(money_column("project", *over, "项目支出"))
    sums = (RowSum("row_total", "basic", ("personnel", "running")),) if split else ()

    def figures(one: Spending) -> dict[str, Value]:
        basic: dict[str, Value] = (
            {"personnel": one.personnel, "running": one.running}
            if split
            else {"basic": one.personnel + one.running}
        )
        return {**basic, "project": one.project}

    return _table(
        commission,
        "general_public",
        (
            "一般公共预算支出情况表",
            "一般公共预算支出表",
            "一般公共预算支出情况表（按功能分类科目）",
        ),
        columns,
        figures,
        (*sums, _BASIC_PROJECT),
        keep=lambda one: one.fund == "general" and one.fiscal > 0,
    )


def government_fund(commission: Commission) -> MadeTable:
    """政府性基金预算支出表; empty where the department has no fund."""
    return _of_fund(
        commission,
        "government_fund",
        ("政府性基金预算支出情况表", "政府性基金预算支出表"),
        "政府性基金预算",
    )


def state_capital(commission: Commission) -> MadeTable:
    """国有资本经营预算支出表; empty where the department has no such capital."""
    return _of_fund(
        commission,
        "state_capital",
        ("国有资本经营预算支出情况表", "国有资本经营预算支出表"),
        "国有资本经营预算",
    )


def _of_fund(commission: Commission, form: str, titles: tuple[str, ...], what: str) -> MadeTable:
    columns = [
        money_column("total", "本年支出", "合计"),
        money_column("basic", "本年支出", "基本支出"),
        money_column("project", "本年支出", "项目支出"),
    ]
    return _table(
        commission,
        form,
        titles,
        columns,
        lambda one: {"basic": one.personnel + one.running, "project": one.project},
        (_BASIC_PROJECT,),
        keep=lambda one: one.fund == form,
        nothing=f"注：本部门没有使用{what}安排的支出，故本表为空。",
    )


def _table(
    commission: Commission,
    form: str,
    titles: tuple[str, ...],
    money: Iterable[MadeColumn],
    figures: Callable[[Spending], dict[str, Value]],
    row_sums: tuple[RowSum, ...],
    keep: Callable[[Spending], bool] = lambda one: one.whole > 0,
    nothing: str = "",
) -> MadeTable:
    manner = draw_manner(commission.rng, commission.spec.codes)
    over = commission.rng.choice(("", "功能分类科目"))
    name = commission.rng.choice(("科目名称", "功能分类科目名称"))
    columns = (*manner.columns(over, name), *money)
    leaves = {one.code: figures(one) for one in commission.department.spending if keep(one)}
    titled = commission.titled(form, *titles)
    if not leaves:
        return titled.table(columns, _nothing(commission, columns), (nothing,) if nothing else ())
    root = Branch(
        label=commission.total_label,
        role="total",
        children=classified(leaves, _ALL, manner, depth=0),
        wide=commission.spec.codes in ("column", "split"),
    )
    return titled.table(columns, grow(root, columns, row_sums, commission.order))


def _nothing(commission: Commission, columns: tuple[MadeColumn, ...]) -> Grown:
    """No rows at all, or a total row of zeros."""
    if commission.spec.zero == "blank" or commission.rng.random() < 0.4:
        return Grown((), ())
    zeros: dict[str, Value] = {one.key: Decimal(0) for one in columns if one.is_money}
    return grow(Branch(commission.total_label, "total", zeros), columns, ())
