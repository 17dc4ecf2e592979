"""Words that budgets use for totals, parts, units, years and headings.

Simplified and traditional Chinese, Japanese and English stand side by side; a new language
is a few more words here. All matching is done on :func:`tight` text: full-width forms made
narrow, white space taken out, lower case.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

TotalKind = Literal["grand", "sub"]


@lru_cache(maxsize=4096)  # the same text is asked about by many
def tight(text: str) -> str:
    """``text`` with full-width forms made narrow, white space taken out, in lower case."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()


def plain(text: str) -> str:
    """``text`` on one line; white space stays only where a Latin word ends."""
    folded = re.sub(r"\s+", " ", text).strip()
    return re.sub(r"(?<![A-Za-z0-9,.;:)%\-]) | (?![A-Za-z0-9(&*\-])", "", folded)


# -- totals -------------------------------------------------------------------------------

_GRAND_WHOLE = re.compile(
    r"(?:总计|合计|共计|总合计|总额|资金总额|总金额|總計|合計|共計|總額|総計|総額|計|计|"
    r"grandtotal|totals?|sum)(?:[:(].*)?"
)
_SPECKLED = re.compile(
    r"[a-z\d'\"`·•.,:;*~^_\-|/]{0,2}(总计|合计|小计|共计|總計|合計|小計|共計|[台含舍]计|[合台]汁|总汁|小汁)[a-z\d'\"`·•.,;*~^_\-|/]{0,2}"
)
"""A total's word with the dirt beside it that was read as a sign or two, or nearly such a word."""
_MEANT = {"台": "合", "含": "合", "舍": "合", "汁": "计"}
_MISREAD = re.compile("|".join(_MEANT))
_GRAND_END = re.compile(r"(?:总计|總計|総計|grandtotal)$")
_SUM_END = re.compile(r"(?:合计|共计|合計|共計|total)$")
_SUB = re.compile(r"^(?:小计|小計|sub-?total)|(?:小计|小計|sub-?total)(?:[:(].*)?$")
_RANK = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}|\d{1,2})[、.](?!\d)|^[(](?:[一二三四五六七八九十]{1,3}|\d{1,2})[)]"
)
_NOT_A_SUM = re.compile(r"^(?:count|number|no\.)|合计数量")
_PART = re.compile(
    r"^(?:[*\-·]*)(?:其中|内中|內中|うち|内訳|内、|ofwhich|including|thereof)[:、,.]?"
)
_LESS = re.compile(r"^(?:减|減|扣除|控除)[:.]|^(?:less|deduct)(?:\b|[:.])", re.IGNORECASE)
_LATIN_TOTAL = re.compile(r"^(?:sub-?|grand)?totals?\b", re.IGNORECASE)
_RUN_ON_TOTAL = re.compile(r"(?:SUB-?|GRAND ?)?TOTALS?(?=[A-Z]{3})")
"""A total whose name a scan has run on with what it sums: ``TOTALOTHER TAXES``."""


@lru_cache(maxsize=4096)
def total_kind(label: str) -> TotalKind | None:
    """What total ``label`` names: the whole (``grand``), a part (``sub``) or none.

    ``本年收入合计`` and ``TOTAL REAL ESTATE TAX`` are sums of a part; ``收入总计``,
    ``合计`` and ``Total`` of all that they can cover.
    """
    body = _RANK.sub("", tight(label)).strip(":*.、")
    if speckled := _SPECKLED.fullmatch(body):
        body = _MISREAD.sub(lambda read: _MEANT.get(read[0], read[0]), speckled[1])
    if not body or _PART.match(body) or _NOT_A_SUM.search(body) or is_less(label):
        return None
    if _SUB.search(body):
        return "sub"
    if _GRAND_WHOLE.fullmatch(body) or _GRAND_END.search(body):
        return "grand"
    latin = label.strip()
    if _LATIN_TOTAL.match(latin) or _RUN_ON_TOTAL.match(latin) or _SUM_END.search(body):
        return "sub"
    return None


def is_part(label: str) -> bool:
    """Whether ``label`` opens a list of parts of the line above it (``其中：``)."""
    return bool(_PART.match(tight(label)))


def is_less(label: str) -> bool:
    """Whether the line is taken off the one above it (``Less: …``, ``减：…``)."""
    return bool(_LESS.match(label.strip()) or _LESS.match(tight(label)))


def without_part_word(label: str) -> str:
    """``label`` with a leading ``其中：`` taken off."""
    return _PART.sub("", tight(label))


# -- columns ------------------------------------------------------------------------------

_CODE_HEADER = re.compile(
    r"编码|代码|编号|科目编|編碼|代碼|編號|コード|番号|\bcode\b|^code|^(?:类|款|项|類|項|目|節|节)$"
)
_COUNT_HEADER = re.compile(
    r"^(?:序号|序|行次|栏次|编次|項次|项次|序號|番|no\.?|item|#)$|"
    r"^(?:数量|人数|數量|人數|件数|件數|户数|份数|台数|辆数|quantity|qty|count)"
)
_PERCENT_HEADER = re.compile(
    r"%|％|占比|比例|比率|百分比|权重|權重|増減率|增减率|增长率|pct|percent|ratio"
)
_YEAR_HEADER = re.compile(r"^(?:年度|年份|年|year|fiscalyear|fy)$")
_TEXT_HEADER = re.compile(
    r"备注|備註|備考|说明|說明|绩效目标|绩效指标|指标|依据|内容|用途|方式|形式|日期|时间|地点|"
    r"联系|电话|remark|note|comment|description|指標|事由|原因|标准"
)
_NAME_HEADER = re.compile(
    r"名称|名稱|项目|項目|科目|单位|單位|摘要|类别|類別|县|区|市|部门|機關|区分|name|item|description|account"
)
_AMOUNT_HEADER = re.compile(
    r"金额|金額|预算|預算|決算|决算|合计|总计|小计|合計|總計|小計|総計|支出|收入|拨款|撥款|资金|"
    r"資金|经费|經費|费$|费用|額|amount|total|budget|actual|estimate|revenue|expend|円|歳入|歳出|"
    r"基金|结转|结余|增减|増減|increase|decrease|公用|人员"
)
_CHANGE_HEADER = re.compile(
    r"增减|增減|増減|变动|變動|差额|差額|比较|比較|net_?change|increase|decrease|variance|change"
)


def names_code(header: str) -> bool:
    """Whether a column header names codes."""
    return bool(_CODE_HEADER.search(tight(header)))


def names_count(header: str) -> bool:
    """Whether a column header names running numbers or counts of things."""
    return bool(_COUNT_HEADER.search(tight(header)))


def names_percent(header: str) -> bool:
    """Whether a column header names shares."""
    return bool(_PERCENT_HEADER.search(tight(header)))


def names_year(header: str) -> bool:
    """Whether a column header names years."""
    return bool(_YEAR_HEADER.search(tight(header)))


def names_text(header: str) -> bool:
    """Whether a column header names prose or remarks."""
    return bool(_TEXT_HEADER.search(tight(header)))


def names_things(header: str) -> bool:
    """Whether a column header names what the rows are."""
    return bool(_NAME_HEADER.search(tight(header)))


def names_amounts(header: str) -> bool:
    """Whether a column header names money."""
    return bool(_AMOUNT_HEADER.search(tight(header)))


def names_change(header: str) -> bool:
    """Whether a column header names a difference between two other columns."""
    return bool(_CHANGE_HEADER.search(tight(header)))


_DIVISION = re.compile(r"^按.{1,10}(?:分|划分|分类)$|^(?:依|按).{1,10}別|^by\b", re.IGNORECASE)


def splits_whole(header: str) -> bool:
    """Whether a header divides the whole in one of several ways (``按收入性质分``)."""
    return bool(_DIVISION.search(tight(header)))


# -- marks --------------------------------------------------------------------------------

_NO_FIGURE = frozenset(
    {"n/a", "n.a.", "na", "/", "\\", "*", "**", "***", "…", "...", "无", "無", "x", "×"}
)


def stands_for_no_figure(text: str) -> bool:
    """Whether ``text`` is a mark that says "no figure here" (``N/A``, ``/``, ``无``)."""
    return tight(text) in _NO_FIGURE


# -- units --------------------------------------------------------------------------------

_CURRENCY = r"(?:人民币|新台币|新臺幣|港币|美元)?(?:百万|千万|十万|百億|亿|億|万|萬|千|百|仟|佰)*(?:元|圆|圓|円)(?:整)?"
_UNIT_WORD = re.compile(_CURRENCY)
_UNIT_LINE = re.compile(
    rf"(?:金额|金額|计量|货币|資金|资金)?(?:单位|單位|単位)[:;.]?[(]?({_CURRENCY})[)]?"
)
_UNIT_IN_BRACKETS = re.compile(rf"[(\[【](?:单位|單位|単位)?[:]?({_CURRENCY})[)\]】]")
_UNIT_LATIN = re.compile(
    r"\(?\b((?:in\s+)?(?:thousands|millions|billions)(?:\s+of\s+(?:u\.?s\.?\s+)?(?:dollars|euros|yen))?"
    r"|(?:\$|€|£|usd|eur)\s*(?:000s?|thousands|millions|'000))\b\)?",
    re.IGNORECASE,
)


def unit_in(text: str) -> str | None:
    """The currency unit that a line or header names (``万元``), None where it names none."""
    body = tight(text)
    for pattern in (_UNIT_LINE, _UNIT_IN_BRACKETS):
        if found := pattern.search(body):
            return found[1]
    if _UNIT_WORD.fullmatch(body):
        return body
    if latin := _UNIT_LATIN.search(text):
        return re.sub(r"^in\s+", "", latin[1], flags=re.IGNORECASE)
    return None


def is_unit_line(text: str) -> bool:
    """Whether the whole line does nothing but name the unit."""
    return bool(_UNIT_LINE.fullmatch(tight(text).strip("()"))) or bool(
        _UNIT_WORD.fullmatch(tight(text).strip("()"))
    )


# -- organisations ------------------------------------------------------------------------

_SALUTATION = r"(?<!有关)(?<!相关)(?<!直属)(?<!所属)(?<!各)"
"""What stands before ``单位：`` where a notice greets whom it is sent to."""
_ORGANISATION = re.compile(
    _SALUTATION
    + r"(?:部门名称|编制部门|预算部门|填报单位|编制单位|单位名称|预算单位|填报部门|公开部门|公开单位|"
    r"部门|主管部门|单位|機關名稱|機關|編製機關|部門名稱|單位名稱|部局名|機関名|所管|"
    r"Department|Agency|Organi[sz]ation)\s*(?:[（(][^）)]{0,8}[）)])?\s*[:：;]\s*"
    r"(?P<name>.+?)"
    r"(?=\s*(?:(?:金额)?[单單単]\s*[位]\s*[:：]|年度\s*[:：]|日期\s*[:：]|$)|\s{3,})",
    re.IGNORECASE,
)


_PROSE = re.compile(r"[，。；《]")
"""Marks of a sentence: no office's name has any."""


def organisation_in(text: str) -> str | None:
    """The organisation that a heading line names, None where it names none."""
    for found in _ORGANISATION.finditer(text):
        name = plain(found["name"]).strip("：:；;，, ")
        if not name or _PROSE.search(name):
            continue
        if unit_in(name) is None and not _UNIT_WORD.fullmatch(tight(name)):
            return name
    return None


_ORGANISATION_NAME = re.compile(
    r"[^\d:：，。,;；]{2,24}(?:局|处|處|厅|廳|委员会|委員會|办公室|辦公室|法院|检察院|人民政府|中心|"
    r"学校|大学|大學|研究所|研究院|協會|庁|市役所|県庁)(?:[(（]本级[)）])?"
    r"|(?:city|county|state|town|department|ministry|office|bureau) of [a-z ]{2,40}"
    r"|[a-z &]{2,40} (?:department|ministry|agency|commission|authority)",
    re.IGNORECASE,
)


def names_organisation(text: str) -> bool:
    """Whether the whole line is the name of an office."""
    return bool(_ORGANISATION_NAME.fullmatch(plain(text)))


# -- years --------------------------------------------------------------------------------

_CHINESE_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "O": 0}
_WESTERN_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?=年|\s*fiscal|\s*budget|度)", re.IGNORECASE)
_FISCAL_YEAR = re.compile(
    r"(?:fy|fiscalyear(?:ended|ending)?).{0,24}?((?:19|20)\d{2})", re.IGNORECASE
)
_CHINESE_YEAR = re.compile(r"([二一][〇零○O一二三四五六七八九]{3})年")
_REPUBLIC_YEAR = re.compile(r"(?:民国|民國)(\d{2,3}|[〇零一二三四五六七八九十百]{1,5})年")
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925}
_ERA_YEAR = re.compile(r"(令和|平成|昭和)(\d{1,2}|元)年")
_BARE_YEAR = re.compile(r"(?<!\d)(20\d{2})(?!\d)")


def _republic(text: str) -> int:
    if text.isdigit():
        return int(text)
    total, current = 0, 0
    for char in text:
        if char == "百":
            total, current = total + max(current, 1) * 100, 0
        elif char == "十":
            total, current = total + max(current, 1) * 10, 0
        else:
            current = _CHINESE_DIGITS[char]
    return total + current


def year_in(text: str, bare: bool = False) -> int | None:
    """The fiscal year that ``text`` names, counted from the birth of Christ.

    Years of the Republic (民國116年 = 2027) and Japanese eras are converted; ``bare`` also
    takes a number like 2025 without a word beside it.
    """
    body = tight(text)
    if found := _WESTERN_YEAR.search(body) or _FISCAL_YEAR.search(body):
        return int(found[1])
    if found := _CHINESE_YEAR.search(body.upper()):
        return int("".join(str(_CHINESE_DIGITS[c]) for c in found[1]))
    if found := _REPUBLIC_YEAR.search(body):
        return 1911 + _republic(found[1])
    if found := _ERA_YEAR.search(body):
        return _ERAS[found[1]] + (1 if found[2] == "元" else int(found[2]))
    if bare and (found := _BARE_YEAR.search(body)):
        return int(found[1])
    return None


# -- headings -----------------------------------------------------------------------------

_TITLE_END = re.compile(
    r"(?:表|情况|明细|清单|一览|書|书|說明|说明|一覧|內容|目次|目录|目錄)(?:[(（].{0,30}[)）])?$"
)
_TITLE_LATIN = re.compile(r"\b(?:statement|schedule|summary|report|budget)s?\b", re.IGNORECASE)
_ATTACHMENT = re.compile(
    r"^(?:附件|附表|附錄|附录|附|表|公开|公開|別紙|别纸|annex|appendix|table|exhibit|no\.?)"
    r"[\s\-—0-9一二三四五六七八九十.、:：]{0,8}(?:表)?$",
    re.IGNORECASE,
)
_SECTION = re.compile(
    r"^第[0-9一二三四五六七八九十]+(?:部分|章|篇|節|节)|^(?:part|chapter|section)\b", re.IGNORECASE
)
_PAGE_NUMBER = re.compile(
    r"^[-—–\s]*(?:第|page|p\.?)?\s*\d{1,4}\s*(?:页|頁|/\s*\d+|of\s*\d+)?(?:共\d+页)?[-—–\s]*$",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"^(?:注|註|备注|備註|说明|說明|note|notes|注释|\*)\s*\d*[:：.、\s]", re.IGNORECASE
)


def looks_like_title(text: str) -> bool:
    """Whether the line is worded as the names of tables are (``…表``, ``Statement of …``)."""
    return bool(_TITLE_END.search(tight(text)) or _TITLE_LATIN.search(text))


def is_attachment_mark(text: str) -> bool:
    """Whether the line is only a mark like ``附件1`` or ``公开02表``."""
    return bool(_ATTACHMENT.match(tight(text)))


def is_section_heading(text: str) -> bool:
    """Whether the line heads a section of the document rather than one table."""
    return bool(_SECTION.match(plain(text)))


def is_page_number(text: str) -> bool:
    """Whether the line is only a page number."""
    return bool(_PAGE_NUMBER.match(text.strip()))


@lru_cache(maxsize=4096)
def is_note(text: str) -> bool:
    """Whether the line opens a note (``注：…``)."""
    return bool(_NOTE.match(text.strip()))
