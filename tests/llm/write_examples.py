"""The few-shot examples of the prompts, made from a generated table and its truth.

``python -m tests.llm.write_examples`` writes them anew; a test holds the files to it.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.llm.indicators import answer_of, spoilt_texts
from tests.llm.oracle import Oracle
from tests.llm.tables import Style, document_of, made_table
from worker.assemble import put_together
from worker.llm.answers import BlockAnswer, HeadAnswer, IndicatorAnswer
from worker.llm.case import case_of
from worker.llm.splits import split_question
from worker.llm.structure import first_rows_question, head_question

_FOLDER = Path(__file__).resolve().parents[2] / "prompts"
_SEED = 4711


def examples() -> dict[str, str]:
    """File name → content: one turn of data and one of its true answer for each prompt."""
    made = made_table(_SEED, Style(indent=True), units=1, items=2)
    oracle = Oracle()
    oracle.learn(made.truth)
    whole = put_together([made.page], document_of(1))
    case, _ = case_of(whole.sheets[0], 0)
    head = head_question(case)
    data = head.turns[-1].text
    columns = HeadAnswer.model_validate(oracle.answer("HeadAnswer", data))
    block = first_rows_question(case, columns)
    spoilt = spoilt_texts(_SEED, 2, 4)
    asked = split_question("".join(text.text for text in spoilt)).turns[-1].text
    apart = IndicatorAnswer.model_validate(answer_of(*spoilt))
    return {
        "indicators.v1.examples.json": _turns(asked, apart.model_dump_json()),
        "table_head.v2.examples.json": _turns(data, columns.model_dump_json()),
        "table_block.v1.examples.json": _turns(
            block.turns[-1].text,
            BlockAnswer.model_validate(
                oracle.answer("BlockAnswer", block.turns[-1].text)
            ).model_dump_json(),
        ),
    }


def _turns(asked: str, answered: str) -> str:
    turns = [{"role": "user", "text": asked}, {"role": "assistant", "text": answered}]
    return json.dumps(turns, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    for name, content in examples().items():
        (_FOLDER / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
