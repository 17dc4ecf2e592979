"""Text on a page that speaks to a model: it stays text, and a person is told of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from schemas.amount import narrow
from schemas.page import Warn
from worker.llm.case import Case
from worker.llm.splits import Text

_SPOKEN_TO = re.compile(
    r"""(?ix)
      \b(?:ignore|disregard|forget|override|bypass)\b.{0,40}
        \b(?:instruction|instructions|prompt|rule|rules|above|previous|prior|earlier|guidelines)\b
    | \b(?:system|developer|assistant|user)\s*(?:prompt|message|role)?\s*[:>\]|]
    | \byou\s+(?:are|must|should|shall|will|have\ to)\b.{0,60}
        \b(?:model|assistant|ai|answer|output|return|report|reply|respond|say|write|json)\b
    | \b(?:language\s+model|llm|chatgpt|gpt-?\d|claude|gemini|qwen)\b
    | \bai\s+(?:model|assistant|system)\b
    | \b(?:answer|respond|reply|output|return|print)\s+(?:only\s+)?(?:with|in|the\s+following)\b
    | <\s*/?\s*(?:system|ink|assistant|user|instructions?|im_start|im_end)\b | <\|
    | \b(?:override|jailbreak)\s*[:!,]
    | \b(?:new|updated|real|hidden|secret)\s+(?:instruction|instructions|task|prompt|rules)\b
    | \b(?:set|change|replace|swap|treat|move|drop|omit|skip)\b.{0,40}
        \b(?:figure|figures|total|totals|row|rows|column|columns|amount|amounts|value|values|cell|cells)\b
    | "(?:rows|cells|columns|outside|ids|body)"\s*:
    """
)
_SPOKEN_TO_IN_CHINESE = re.compile(
    r"(?:忽略|无视|忘记|忘掉|不要理会|跳过|绕过).{0,20}(?:指令|指示|提示|规则|以上|上述|上文|前面|之前|要求|说明)"
    r"|(?:系统|开发者|助手|用户)(?:提示|消息|指令|角色)?[:：>】\]]"
    r"|(?:你|您)(?:是|必须|应当|应该|要|需要|只能|现在).{0,30}(?:模型|助手|人工智能|回答|输出|返回|填写|报告|写成|改为|扮演)"
    r"|(?:大语言模型|语言模型|大模型|人工智能助手|AI助手|AI模型)"
    r"|(?:请|务必|直接|只)(?:将|把).{0,30}(?:改为|改成|替换|设为|视为|写成|填为|删除|删去|互换|移到)"
    r"|(?:输出|返回|回答)(?:以下|如下|下列|JSON)"
    r"|(?:新的?|隐藏|真正的?)(?:指令|任务|提示词|规则)"
)


def instructions(cases: Iterable[Case], texts: Iterable[Text] = ()) -> Iterator[Warn]:
    """A warning for each page of which a line speaks to a model rather than to a reader."""
    told: set[int] = set()
    for page, text in (*_lines(cases), *((text.page, text.text) for text in texts)):
        if page not in told and speaks_to_a_model(text):
            told.add(page)
            said = (
                f"page {page} has text that reads like an instruction to a language model "
                f"(“{text[:60]}”): it was treated as text and nothing else."
            )
            yield Warn("instructions_on_page", said, page)


def _lines(cases: Iterable[Case]) -> Iterator[tuple[int, str]]:
    for case in cases:
        for line in case.lines:
            page = case.slip(line[0]).page if line else 0
            yield page, " ".join(case.slip(number).text for number in line)


def speaks_to_a_model(text: str) -> bool:
    """Whether a printed line reads like an instruction to a model."""
    return bool(_SPOKEN_TO.search(text) or _SPOKEN_TO_IN_CHINESE.search(narrow(text)))
