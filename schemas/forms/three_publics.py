"""“三公”经费支出表: travel abroad, receptions and official cars, as columns or as lines."""

from __future__ import annotations

from schemas.forms.form import Form, FormColumn, Line, RowSum
from schemas.forms.usual import GENERAL, GOVERNMENT_FUND, NAME, STATE_CAPITAL, TOTAL, UNIT

_CARS = r"公务用车购置(?:及|和)?运行(?:维护)?(?:经)?(?:费|支出)"
_BUDGET = r"(?:/(?:一般公共预算|合计|小计))?"

FORM = Form(
    key="three_publics",
    name="一般公共预算“三公”经费支出表",
    titles=(r"[“\"'‘]?三公[”\"'’]?",),
    follows=("general_public_basic",),
    columns=(
        UNIT,
        NAME,
        FormColumn(
            "total",
            "amount",
            (
                r"[“\"]?三公[”\"]?经费[^/]*/(?:合计|小计)|[“\"]?三公[”\"]?经费(?:合计|总计|小计|预算数)?",
                *TOTAL.names,
            ),
            required=True,
        ),
        FormColumn(
            "abroad",
            "amount",
            (r"(?:[“\"]?三公[^/]*/)?因公出国\(境\)(?:费|费用|支出)",),
            required=True,
        ),
        FormColumn(
            "reception", "amount", (r"(?:[“\"]?三公[^/]*/)?公务接待(?:费|支出)",), required=True
        ),
        FormColumn(
            "cars",
            "amount",
            (rf"(?:[“\"]?三公[^/]*/)?{_CARS}(?:/(?:小计|合计))?",),
            required=True,
        ),
        FormColumn(
            "purchase",
            "amount",
            (rf"(?:[“\"]?三公[^/]*/)?(?:{_CARS}/)?(?:公务用车)?购置(?:费|支出)?",),
        ),
        FormColumn(
            "upkeep",
            "amount",
            (rf"(?:[“\"]?三公[^/]*/)?(?:{_CARS}/)?(?:公务用车)?运行(?:维护)?(?:费|支出)?",),
        ),
        FormColumn("meetings", "amount", (r"会议费",)),
        FormColumn("training", "amount", (r"培训费",)),
        FormColumn("operating", "amount", (r"机关运行(?:经费)?(?:预算数)?",)),
        GENERAL,
        GOVERNMENT_FUND,
        STATE_CAPITAL,
    ),
    frames=(r"[“\"]?三公[”\"]?经费[^/]*",),
    row_sums=(
        RowSum("row_total", "cars", ("purchase", "upkeep")),
        RowSum("row_total", "total", ("abroad", "reception", "cars")),
    ),
    lines=(
        Line("total", (r"[“\"]?三公[”\"]?经费(?:合计|支出)?",)),
        Line("abroad", (r"因公出国\(境\)(?:费|费用|支出)",)),
        Line("reception", (r"公务接待(?:费|支出)",)),
        Line("cars", (_CARS,)),
        Line("operating", (r"行政经费|机关运行经费",)),
    ),
)
