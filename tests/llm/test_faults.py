"""A model with every fault at a known rate: nothing wrong in silence, nothing paid unseen."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest

from tests.llm.asking import PRICE, Asking, MadeDesk
from tests.llm.fake import LIES, PROTOCOL, TRANSPORT, Fake, served
from tests.llm.oracle import Oracle
from tests.llm.silence import silent_errors
from tests.llm.tables import Made, Style, document_of, made_table
from worker.assemble import put_together
from worker.llm.books import MemoryBooks
from worker.llm.calls import Patience, Spent
from worker.llm.consult import Consultation
from worker.llm.faults import Tokens

_STYLES = (
    Style(),
    Style(ruled=True),
    Style(gap=60.0),
    Style(gap=70.0, drift=0.01),
    Style(source="ocr"),
    Style(ruled=True, wrap=True),
    Style(indent=False, source="ocr"),
)
_RATES = {
    **dict.fromkeys(LIES, 0.045),
    **dict.fromkeys(PROTOCOL, 0.012),
    **dict.fromkeys(TRANSPORT, 0.012),
    "hang": 0.004,
}


@dataclass
class _Run:
    blocks: int = 0
    questions: int = 0
    wrong: int = 0
    helped: int = 0
    documents: int = 0


def _documents(count: int) -> list[Made]:
    """Pages that the rules alone read right: what is wrong then is the model's."""
    found: list[Made] = []
    seed = 0
    while len(found) < count:
        seed += 1
        style = _STYLES[seed % len(_STYLES)]
        rng = random.Random(seed)
        made = made_table(seed, style, units=rng.choice((2, 3, 4)), items=rng.choice((2, 4, 6)))
        if not silent_errors(put_together([made.page], document_of(seed)).result, made.truth):
            found.append(made)
    return found


def _run(fake: Fake, asking: Asking, documents: list[Made]) -> _Run:
    run = _Run()
    for number, made in enumerate(documents):
        before = fake.ledger.requests
        caller = asking.caller(f"{number:064x}", Spent())
        consultation = Consultation([caller], "always")
        result = consultation.result(MadeDesk([made.page], document_of(number)))
        run.documents += 1
        run.wrong += len(silent_errors(result, made.truth))
        run.helped += not any(w.code == "model_no_help" for w in result.warnings)
        run.questions += fake.ledger.requests - before
    return run


def _hold(blocks: int, documents: list[Made]) -> None:
    oracle = Oracle()
    for made in documents:
        oracle.learn(made.truth)
    fake = Fake(oracle.answer, _RATES, LIES, hang=1.0)
    books = MemoryBooks()
    patience = Patience(tries=4, first=0.001, longest=0.5, call=0.5)
    with served(fake), Asking(fake, books=books, patience=patience) as asking:
        run = _run(fake, asking, documents)
    forms = [e.call.prompt for e in books.entries.values() if e.call.prompt.startswith("table_b")]
    assert len(forms) >= blocks
    assert run.wrong == 0
    # The books and the server's own ledger agree to the token.
    calls = [entry.made for entry in books.entries.values()]
    assert all(calls)
    used = sum((call.tokens for call in calls if call), Tokens())
    assert (used.input, used.output) == (fake.ledger.input, fake.ledger.output)
    assert sum(call.cost for call in calls if call) == PRICE.of(used)
    assert len(books.entries) == fake.ledger.requests
    # No request goes more often than it may: tries of one that fails in passing, then no more.
    sent: dict[str, int] = {}
    for entry in books.entries.values():
        sent[entry.call.request] = sent.get(entry.call.request, 0) + 1
    assert max(sent.values()) <= patience.tries
    assert len(fake.ledger.faults) > len(_RATES) / 2
    print(
        f"\n{len(forms)} calls about blocks in {run.documents} documents, "
        f"{fake.ledger.requests} requests, {sum(fake.ledger.faults.values())} faults "
        f"{dict(fake.ledger.faults)}, helped {run.helped}, silent errors {run.wrong}"
    )


def test_no_fault_of_a_model_goes_into_a_result_in_silence() -> None:
    _hold(40, _documents(20))


@pytest.mark.model_faults
def test_the_same_over_two_thousand_blocks() -> None:
    _hold(2000, _documents(1100))
