"""Columns that several forms share, with the names that cities give them."""

from __future__ import annotations

from schemas.forms.form import FormColumn, RowSum

# -- what the rows are --------------------------------------------------------------------

CODE = FormColumn(
    "code",
    "code",
    (
        "科目编码",
        r"(?:.*/)?(?:功能|经济|支出|预算|收支|政府|部门|本年)?(?:分类)?(?:科目)?(?:支出)?(?:编码|代码|编号)",
        r"(?:.*/)?(?:功能|經濟|经济)?(?:分类)?科目(?:编码|代码|編碼|代碼)",
    ),
)
CODE_CLASS = FormColumn("class", "code", (r"(?:.*/)?[类類]",))
CODE_SECTION = FormColumn("section", "code", (r"(?:.*/)?款",))
CODE_ITEM = FormColumn("item", "code", (r"(?:.*/)?[项項]",))
CODES = (CODE, CODE_CLASS, CODE_SECTION, CODE_ITEM)
"""A classification code in one column, or split over three."""

NAME = FormColumn(
    "name",
    "label",
    (
        "科目名称",
        r"(?:.*/)?(?:功能|经济|功能分类|经济分类|支出功能|支出经济|部门预算经济分类|部门经济分类|"
        r"部门预算支出经济|功能經濟)*(?:分类)?(?:科目)(?:名称|名稱)?(?:\(.*\))?",
        r"(?:.*/)?(?:单位|部门|預算單位|预算单位|单位\(项目\)|项目|項目|機關)(?:名称|名稱)(?:\(.*\))?",
        r"预算单位|单位|部门|项目|科目|支出项目类别(?:\(.*\))?",
    ),
)
"""What a row is, by whichever word the form has for it."""

UNIT = FormColumn("unit", "text", (r"(?:预算|资金使用|主管|二级预算)?(?:单位|部门)(?:名称)?",))
"""The office that a row belongs to, in a column of its own left of the rows' names."""

# -- money --------------------------------------------------------------------------------

TOTAL = FormColumn(
    "total",
    "amount",
    (
        r"(?:合计|总计|总额|资金总额|預算總計|總計|合計)(?:/(?:合计|小计))?",
        r"(?:收入|支出|本年收入|本年支出|收支|预算)(?:合计|总计)|小计",
        r"预算数|预算|金额|本年预算|预算金额|总金额",
    ),
    required=True,
)
GENERAL = FormColumn(
    "general",
    "amount",
    (
        "一般公共预算",
        r"(?:(?:本级)?财政拨款(?:收入)?/)?一般公共(?:财政)?预算(?:财政)?(?:拨款)?(?:收入|支出|资金|数)?(?:/小计)?",
        r"公共财政预算(?:拨款)?(?:收入|资金)?",
    ),
)
GOVERNMENT_FUND = FormColumn(
    "government_fund",
    "amount",
    (
        "政府性基金预算",
        r"(?:财政拨款(?:收入)?/)?政府性?基金(?:预算)?(?:财政)?(?:拨款)?(?:收入|支出|资金)?(?:/小计)?",
    ),
)
STATE_CAPITAL = FormColumn(
    "state_capital",
    "amount",
    (
        "国有资本经营预算",
        r"(?:财政拨款(?:收入)?/)?国有资本(?:经营)?(?:预算)?(?:财政)?(?:拨款)?(?:收入|支出|收益|资金)?(?:/小计)?",
    ),
)
FISCAL = FormColumn(
    "fiscal",
    "amount",
    (
        "财政拨款",
        r"(?:本级|本年)?财政拨款(?:收入|资金|补助)?(?:/(?:小计|合计|金额))?",
        r"財政撥款(?:收入)?",
    ),
)
SPECIAL_ACCOUNT = FormColumn(
    "special_account",
    "amount",
    (
        "财政专户管理资金",
        r"(?:纳入)?财政专户(?:管理)?(?:的)?(?:教育|事业|非税)?(?:拨款|资金|收入|核拨)*(?:收入|资金)?(?:/(?:小计|合计))?",
        r"財政專戶.*",
    ),
)
BUSINESS = FormColumn(
    "business",
    "amount",
    (
        "事业收入",
        r"(?:(?:其他资金收入|单位资金)/)?事业收入(?:资金)?",
    ),
)
OPERATING = FormColumn(
    "operating",
    "amount",
    (
        "事业单位经营收入",
        r"(?:(?:其他资金收入|单位资金)/)?事业单位经营(?:服务)?收入|经营收入",
    ),
)
FROM_ABOVE = FormColumn(
    "from_above",
    "amount",
    (
        "上级补助收入",
        r"(?:(?:其他资金收入|单位资金)/)?上级补助收入",
    ),
)
FROM_BELOW = FormColumn(
    "from_below",
    "amount",
    (
        "附属单位上缴收入",
        r"(?:(?:其他资金收入|单位资金)/)?(?:附属|下级)单位上缴收入|附属单位缴款",
    ),
)
OTHER = FormColumn(
    "other",
    "amount",
    (
        "其他收入",
        r"(?:(?:其他资金收入|单位资金)/)?其[他它]收入(?:/小计)?",
        r"其[他它]资金(?:收入)?(?:/小计)?|單位資金|单位资金(?:/小计)?|其他資金",
    ),
)
CARRIED = FormColumn(
    "carried",
    "amount",
    (
        "上年结转",
        r"上年度?(?:结转|结余|结余、结转|结转结余|结转和结余|结转、结余)(?:资金|收入)?(?:/(?:小计|合计))?",
        r"年初结转(?:和)?(?:结余)?",
    ),
)
SOURCES = (
    FISCAL,
    GENERAL,
    GOVERNMENT_FUND,
    STATE_CAPITAL,
    SPECIAL_ACCOUNT,
    BUSINESS,
    OPERATING,
    FROM_ABOVE,
    FROM_BELOW,
    OTHER,
    CARRIED,
)
"""Where money comes from."""

FISCAL_SUM = RowSum("row_total", "fiscal", ("general", "government_fund", "state_capital"))
SOURCES_SUM = RowSum(
    "row_total",
    "total",
    (
        "fiscal",
        "special_account",
        "business",
        "operating",
        "from_above",
        "from_below",
        "other",
        "carried",
    ),
)

BASIC = FormColumn(
    "basic",
    "amount",
    (
        "基本支出",
        r"基本支出(?:/(?:小计|合计))?",
    ),
    required=True,
)
PERSONNEL = FormColumn(
    "personnel",
    "amount",
    (
        "人员经费",
        r"(?:基本支出/)?(?:人员(?:经费|类|支出)?|工资福利及对个人和家庭的补助)",
    ),
)
RUNNING = FormColumn(
    "running",
    "amount",
    (
        "公用经费",
        r"(?:基本支出/)?(?:日常)?(?:公用(?:经费|类|支出)?|公用经费支出)",
    ),
)
PROJECT = FormColumn(
    "project",
    "amount",
    (
        "项目支出",
        r"项目支出(?:/(?:小计|合计))?",
    ),
    required=True,
)
BASIC_SUM = RowSum("row_total", "basic", ("personnel", "running"))
SPENDING_SUM = RowSum("row_total", "total", ("basic", "project"))
