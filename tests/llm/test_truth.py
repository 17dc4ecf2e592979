"""Where a model is right and the rules are wrong, the result takes the model's structure."""

from __future__ import annotations

import pytest

from tests.llm.asking import Asking, MadeDesk
from tests.llm.fake import Fake, served
from tests.llm.oracle import Oracle
from tests.llm.silence import silent_errors, straight_through
from tests.llm.tables import Style, document_of, made_table
from worker.assemble import put_together
from worker.llm.consult import Consultation

# Tables without rulings: leaning pages, labels over two lines, figures anywhere in their column.
KINDS = {
    "leaning": Style(lean=0.12, gap=60.0, indent=False),
    "leaning far": Style(lean=0.2, gap=70.0),
    "leaning, wrapped": Style(lean=0.15, gap=70.0, wrap=True),
    "leaning, ragged": Style(lean=0.12, gap=70.0, ragged=True),
    "wrapped, flat": Style(wrap=True, indent=False),
}


def _hold(each: int) -> dict[str, tuple[int, int]]:
    oracle, counted = Oracle(), {}
    with served(Fake(oracle.answer)) as fake, Asking(fake) as asking:
        for number, (kind, style) in enumerate(KINDS.items()):
            alone = helped = 0
            for seed in range(each):
                made = made_table(7000 + 100 * number + seed, style)
                oracle.learn(made.truth)
                desk = MadeDesk([made.page], document_of(seed))
                plain = put_together(desk.pages, desk.info).result
                caller = asking.caller(f"{number}-{seed}")
                result = Consultation([caller], "assist").result(desk)
                alone += straight_through(plain, made.truth)
                helped += straight_through(result, made.truth)
                before = silent_errors(plain, made.truth)
                assert set(silent_errors(result, made.truth)) <= set(before)
            counted[kind] = (alone, helped)
            print(f"\n{kind}: of {each} tables {alone} straight through without, {helped} with")
    return counted


def test_the_models_structure_is_taken_where_it_closes() -> None:
    counted = _hold(2)
    alone, helped = (sum(c[k] for c in counted.values()) for k in (0, 1))
    assert helped >= 9
    assert helped - alone >= 5, "the rules alone leave little to ask: ask of harder tables"


def test_the_models_title_and_total_are_taken_where_words_say_nothing() -> None:
    """A title without a word for table, and a total that is called by a name."""
    style = Style(lean=0.2, gap=70.0, indent=False, total_word="云岭", title="云岭各局收支")
    made = made_table(7900, style)
    oracle = Oracle()
    oracle.learn(made.truth)
    desk = MadeDesk([made.page], document_of(1))
    with served(Fake(oracle.answer)) as fake, Asking(fake) as asking:
        result = Consultation([asking.caller("titled")], "assist").result(desk)
    (table,) = result.tables
    assert table.title == "云岭各局收支"
    total = table.rows[0]
    assert (total.label, total.role) == ("云岭", "total")
    held = {check.id for check in table.checks if check.status == "pass"}
    assert all(held & set(cell.checks) for cell in total.cells.values() if cell.verdict)
    assert straight_through(result, made.truth)


@pytest.mark.model_faults
def test_the_same_over_more_tables() -> None:
    counted = _hold(20)
    alone, helped = (sum(c[k] for c in counted.values()) for k in (0, 1))
    print(f"\nstraight through: {alone} without, {helped} with, of {20 * len(counted)}")
    assert helped > alone
