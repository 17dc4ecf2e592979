"""Why a cell has its verdict: one sentence with the figures, in English and in Chinese."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from schemas.draft import TableCellRef
from schemas.result import Said
from worker.decoding.decide import Decision
from worker.decoding.equations import Equation
from worker.decoding.lattice import Lattice, written
from worker.decoding.verdicts import Cause, Judgement

_LEAST = "<0.01"
_RULES = {
    "row_total": ("row sum", "行合计"),
    "formula": ("formula", "公式"),
    "change": ("change", "增减"),
    "tree": ("sum of its parts", "下级合计"),
    "told": ("sum that the model names", "模型所指合计"),
    "subtotal": ("subtotal", "小计"),
    "grand_total": ("grand total", "总计"),
    "column_total": ("column total", "列合计"),
    "difference": ("difference", "差额"),
    "balance": ("balance", "收支平衡"),
}


_BLANK = "blank"
_MORE = re.compile(r"\+ (\d+) more$")


def _zh(shown: str) -> str:
    """A figure, or a sum of figures, as Chinese says it."""
    return _MORE.sub(r"+ 另 \1 项", shown.replace(_BLANK, "空白"))


_FIXED: dict[Cause, Said] = {
    "nameless": Said(
        en="The header of this column could not be read: the figure may be right, "
        "but what it is must be seen on the page.",
        zh="本列表头未能识别：数字可能无误，但其含义须对照原页确认。",
    ),
    "rowless": Said(
        en="The name of this row could not be read, or stands apart from its figures: "
        "the figure may be right, but whose it is must be seen on the page.",
        zh="本行名称未能识别或与数字错位：数字可能无误，但其归属须对照原页确认。",
    ),
    "contested": Said(
        en="The rules and the model put this figure into different places of the "
        "table, and no sum tells which of them is right.",
        zh="规则与模型对此数在表中的位置意见不一，且无合计式可以判定。",
    ),
    "search": Said(
        en="The sums around this figure leave so many readings open that the search "
        "ended before the best one was known.",
        zh="与此数相关的合计式可能读法过多，未能在限定时间内确定最佳读法。",
    ),
}
"""What is said alike of every figure, by its cause."""

UNNAMED = Said(
    en="The name of this row could not be read: its figures are in their place, but what they "
    "are must be seen on the page.",
    zh="本行名称未能识别：数字位置无误，但其名称须对照原页填写。",
)
"""What is said of a label that is asked for."""


@dataclass(frozen=True)
class Reasons:
    """Says why, from what was decided and what is told of every cell."""

    decision: Decision
    judged: Mapping[TableCellRef, Judgement]

    def said(self, ref: TableCellRef) -> Said | None:
        """The reason of a cell's verdict; None where the verdict needs none."""
        judgement = self.judged[ref]
        match judgement.cause:
            case "none":
                return None
            case "unreadable":
                return self._unreadable(ref)
            case "missed":
                return self._missed(ref)
            case "repaired":
                return self._repaired(ref, judgement)
            case "torn":
                return self._torn(ref)
            case "agreed":
                return self._agreed(ref, judgement)
            case "broken" | "structure":
                return self._broken(ref, judgement)
            case "odd":
                return self._odd(ref)
            case "slip":
                return self._slip(ref)
            case "unsure":
                return self._unsure(ref, judgement)
            case fixed:
                return _FIXED[fixed]

    def _lattice(self, ref: TableCellRef) -> Lattice:
        return self.decision.scene.lattices[ref]

    def _shown(self, ref: TableCellRef, units: int | None) -> str:
        """A value as it would be printed, with commas; ``blank`` for none.

        A sum may reach over a place where the page has no cell: nothing is printed there.
        """
        one = self.decision.scene.lattices.get(ref)
        if one is None:
            return _BLANK
        option = one.options.get(units) if units is not None else None
        value = option.value if option else one.text_of(units) if units is not None else None
        return _grouped(value) if value is not None else _BLANK

    def _unreadable(self, ref: TableCellRef) -> Said:
        text = self._lattice(ref).cell.text
        if self._lattice(ref).first is not None:
            return Said(
                en=f"“{text}” was read here, but the sums hold only if no figure is printed.",
                zh=f"此处读作“{text}”，但只有此处不印数字时合计式才成立。",
            )
        return Said(
            en=f"What is printed here is no figure: “{text}”.", zh=f"此处所印不是数字：“{text}”。"
        )

    def _missed(self, ref: TableCellRef) -> Said:
        units = self.decision.findings[ref].units
        value, equation = self._shown(ref, units), self._exact(ref)
        return Said(
            en=f"Nothing was read here, but with {value} the {_rule(equation, 0)} would hold: "
            "is a figure printed that was not seen?",
            zh=f"此处未读到数字，但若为 {value}，则{_rule(equation, 1)}成立：是否漏读？",
        )

    def _exact(self, ref: TableCellRef) -> Equation | None:
        """A sum through the cell that holds in the best world."""
        scene = self.decision.scene
        found = [at for at in scene.through.get(ref, ()) if scene.residuals[at] == 0]
        return scene.equations[found[0]] if found else None

    def _repaired(self, ref: TableCellRef, judgement: Judgement) -> Said:
        one = self._lattice(ref)
        first, now = self._shown(ref, one.first), self._shown(ref, judgement.units)
        count = len(judgement.held)
        odds = self._odds(ref, one.first, judgement.units)
        if one.first is None and not judgement.units:
            return self._nothing(ref, judgement)
        sums = " and ".join(self._spelled(at) for at in judgement.held[:2])
        return Said(
            en=f"Read {first} ({odds[0]}) and {now} ({odds[1]}); only {now} satisfies "
            f"its {count} sums: {sums}.",
            zh=f"读作 {_zh(first)}（{odds[0]}）或 {_zh(now)}（{odds[1]}）；只有 {_zh(now)} 使 "
            f"{count} 个合计式全部成立："
            f"{'；'.join(_zh(self._spelled(at)) for at in judgement.held[:2])}。",
        )

    def _nothing(self, ref: TableCellRef, judgement: Judgement) -> Said:
        """Ink that is no figure, where sums and the table's custom tell that there is nothing."""
        text, value = self._lattice(ref).cell.text, self._shown(ref, judgement.units)
        count = len(judgement.held)
        custom = ("prints no figure", "不印数字") if value == _BLANK else ("prints 0", "印零")
        return Said(
            en=f"“{text}” is no figure; its {count} sums hold with {value}, and where there is "
            f"nothing this table {custom[0]}.",
            zh=f"“{text}”不是数字；此处为{_zh(value)}时 {count} 个合计式全部成立，"
            f"本表无数处均{custom[1]}。",
        )

    def _odds(self, ref: TableCellRef, *units: int | None) -> list[str]:
        """How probable the ink alone makes each value, among all that were weighed."""
        options = self._lattice(ref).options
        total = sum(math.exp(-option.cost) for option in options.values()) or 1.0
        shares = [
            math.exp(-options[u].cost) / total if u is not None and u in options else 0.0
            for u in units
        ]
        return [_LEAST if share < 0.005 else f"{share:.2f}" for share in shares]

    def _spelled(self, at: int) -> str:
        """``86,246.64 = 118.00 + … (3 terms)`` with the figures of the best world."""
        scene = self.decision.scene
        equation = scene.equations[at]
        values = {
            ref: scene.values.get(ref)
            for ref in (equation.result, *(t.ref for t in equation.terms))
        }
        result = self._shown(equation.result, values[equation.result] or 0)
        terms = [t.ref for t in equation.terms if values[t.ref]]
        shown = [self._shown(ref, values[ref]) for ref in terms[:4]]
        rest = f" + {len(terms) - 4} more" if len(terms) > 4 else ""
        return f"{result} = {' + '.join(shown) or '0'}{rest}"

    def _torn(self, ref: TableCellRef) -> Said:
        found, one = self.decision.findings[ref], self._lattice(ref)
        rival = dict(found.rival)
        if found.units != one.first:
            other, now = one.first, found.units
        else:
            other, now = rival.get(ref), found.units
        if ref not in rival and found.units == one.first:
            return self._unsure(ref, self.judged[ref])
        odds = self._odds(ref, now, other)
        moved = len([cell for cell in rival if cell != ref])
        also_en = f", with {moved} other figure{'s' * (moved != 1)} changed too" if moved else ""
        also_zh = f"（另有 {moved} 个数字随之改变）" if moved else ""
        shown, rather = self._shown(ref, now), self._shown(ref, other)
        return Said(
            en=f"The ink allows {shown} ({odds[0]}) and {rather} ({odds[1]}), and the "
            f"sums do not tell them apart with certainty{also_en}.",
            zh=f"墨迹可读作 {_zh(shown)}（{odds[0]}）或 {_zh(rather)}（{odds[1]}），"
            f"合计式不足以确定取舍{also_zh}。",
        )

    def _agreed(self, ref: TableCellRef, judgement: Judgement) -> Said:
        """All sums through the cell would hold with one figure that the ink does not show."""
        one, count = self._lattice(ref), len(self.decision.scene.through[ref])
        read, rather = one.cell.text, self._shown(ref, judgement.units)
        odds = self._odds(ref, one.first)[0]
        return Said(
            en=f"Read “{read}” ({odds}); all {count} sums through it hold with {rather}, which "
            "the ink does not show clearly.",
            zh=f"读作“{read}”（{odds}）；此处为 {_zh(rather)} 时经过此处的 {count} 个合计式"
            "全部成立，但墨迹不清，无法确认。",
        )

    def _slip(self, ref: TableCellRef) -> Said:
        """With one other figure all sums through the cell would hold to the last digit."""
        scene, now = self.decision.scene, self.decision.findings[ref].units
        through = scene.through[ref]
        equation, off = scene.equations[through[0]], scene.residuals[through[0]] or 0
        weight = next(term.weight for term in equation.cells if term.ref == ref)
        shown, rather = self._shown(ref, now), self._shown(ref, (now or 0) - off // weight)
        return Said(
            en=f"Read {shown}; with {rather} all {len(through)} sums through it would hold to "
            "the last digit, which now miss by rounding.",
            zh=f"读作 {_zh(shown)}；若为 {_zh(rather)}，则经过此处的 {len(through)} 个合计式"
            "均完全相等，而现在都有尾差。",
        )

    def _odd(self, ref: TableCellRef) -> Said:
        one = self._lattice(ref)
        if one.first is not None and one.pointed(one.first):
            return Said(
                en=f"The point of “{one.cell.text}” may be the comma before its thousands, and "
                "no sum can tell: all hold a thousand times over.",
                zh=f"“{one.cell.text}”中的点可能是千位分隔逗号，合计式无从判定：放大一千倍仍然成立。",
            )
        return Said(
            en=f"“{one.cell.text}” has not the {one.always} decimals that all other figures of "
            "its column have: it may be part of a figure.",
            zh=f"“{one.cell.text}”的小数位数与本列其他数（{one.always} 位）不同，"
            "可能只是数字的一部分。",
        )

    def _unsure(self, ref: TableCellRef, judgement: Judgement) -> Said:
        cell = self._lattice(ref).cell
        sure = f"{cell.confidence:.0%}"
        covered = bool(self.decision.scene.through.get(ref))
        back_en = "its sums do not settle it" if covered else "no sum checks it"
        back_zh = "相关合计式不足以定论" if covered else "无合计式可校验"
        if not cell.text:
            return Said(
                en=f"Nothing was read here; that is only {judgement.confidence:.0%} sure, and "
                f"{back_en}.",
                zh=f"此处未读到数字，把握仅 {judgement.confidence:.0%}，且{back_zh}。",
            )
        return Said(
            en=f"The reading “{cell.text}” is only {sure} sure, and {back_en}.",
            zh=f"读数“{cell.text}”把握仅 {sure}，且{back_zh}。",
        )

    def _broken(self, ref: TableCellRef, judgement: Judgement) -> Said:
        at = judgement.broken[0]
        scene = self.decision.scene
        equation = scene.equations[at]
        residual = self._told_residual(equation)
        told = self.judged.get(equation.result)  # None where the page has no such cell
        result = (told.units if told is not None else None) or 0
        whole = written(result * equation.result_weight, equation.places, equation.places)
        total = written(
            result * equation.result_weight - residual, equation.places, equation.places
        )
        difference = f"{Decimal(residual).scaleb(-equation.places):+,f}"
        count = len(equation.terms)
        place = ("the result of", "的结果") if ref == equation.result else ("a term of", "的加数")
        tail_en, tail_zh = _TAILS[judgement.verdict == "source_error", judgement.cause]
        return Said(
            en=f"This figure is {place[0]} a sum that does not hold: the {count} term"
            f"{'s add' if count != 1 else ' adds'} up to {_grouped(total)}, the printed result "
            f"is {_grouped(whole)}, difference {difference}{tail_en}.",
            zh=f"此数是一个不成立的{_rule(equation, 1)}{place[1]}：{count} 项相加为 "
            f"{_grouped(total)}，所印结果为 {_grouped(whole)}，相差 {difference}{tail_zh}。",
        )

    def _told_residual(self, equation: Equation) -> int:
        # Of its own cells only: a long document has very many.
        told = {
            term.ref: self.judged[term.ref].units or 0
            for term in equation.cells
            if term.ref in self.judged
        }
        return equation.residual(told) or 0


_TAILS = {
    (True, "broken"): (
        "; every figure in it is read with certainty, so it is printed so",
        "；各数均已确认读取无误，系原件如此",
    ),
    (False, "broken"): ("", ""),
    (False, "structure"): (
        "; sums of this kind fail throughout the table, so a row may be lost or the sum not meant",
        "；表中同类合计式多不成立，可能漏行，或本不应如此相加",
    ),
}


def _rule(equation: Equation | None, language: int) -> str:
    if equation is None:
        return ("sum", "合计式")[language]
    return _RULES.get(equation.rule, ("sum", "合计式"))[language]


def _grouped(value: str) -> str:
    return f"{Decimal(value):,f}"
