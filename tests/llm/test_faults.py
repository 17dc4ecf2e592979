"""A model with every fault at a known rate: nothing wrong in silence, nothing paid unseen."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from itertools import count

import pytest

from tests.llm.asking import PRICE, Asking, MadeDesk
from tests.llm.fake import LIES, PROTOCOL, TRANSPORT, Fake, served
from tests.llm.oracle import Oracle
from tests.llm.silence import silent_errors
from tests.llm.tables import Made, Style, document_of, made_table
from worker.llm.books import MemoryBooks
from worker.llm.calls import Patience, Spent
from worker.llm.consult import Consultation
from worker.llm.faults import TimedOut, Tokens
from worker.llm.told import Told

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


def _documents() -> Iterator[tuple[Made, MadeDesk]]:
    """Pages that the rules alone read right: what is wrong then is the model's."""
    for seed in count(1):
        style = _STYLES[seed % len(_STYLES)]
        rng = random.Random(seed)
        made = made_table(seed, style, units=rng.choice((2, 3, 4)), items=rng.choice((2, 4, 6)))
        desk = MadeDesk([made.page], document_of(seed))
        if not silent_errors(desk.assemble(Told(), "off")[0], made.truth):
            yield made, desk


def _blocks(books: MemoryBooks) -> int:
    calls = [entry.call for entry in books.entries.values()]
    return len({call.request for call in calls if call.prompt.startswith("table_block")})


def _hold(blocks: int, call: float) -> None:
    oracle, books = Oracle(), MemoryBooks()
    # Nothing but a hang takes so long on a busy machine either: an answer that came too late
    # would be in the server's ledger alone.
    fake = Fake(oracle.answer, _RATES, LIES, hang=call + 2.0)
    patience = Patience(tries=4, first=0.001, longest=0.5, call=call)
    documents = helped = 0
    wrong: list[str] = []
    with served(fake), Asking(fake, books=books, patience=patience) as asking:
        for number, (made, desk) in enumerate(_documents()):
            oracle.learn(made.truth)
            caller = asking.caller(f"{number:064x}", Spent())
            result = Consultation([caller], "always").result(desk)
            wrong += silent_errors(result, made.truth)
            documents += 1
            helped += not any(w.code == "model_no_help" for w in result.warnings)
            if number % 50 == 49:
                print(f"{_blocks(books)} questions about blocks, silent errors {len(wrong)}")
            if _blocks(books) >= blocks:
                break
    print(
        f"\n{_blocks(books)} questions about blocks of {documents} documents, "
        f"{fake.ledger.requests} requests, {sum(fake.ledger.faults.values())} of them with faults "
        f"{dict(fake.ledger.faults)}; {helped} documents helped, silent errors {len(wrong)}; "
        f"{fake.ledger.input} tokens read and {fake.ledger.output} written in both ledgers"
    )
    assert wrong == []
    # The books and the server's own ledger agree to the token.
    calls = [entry.made for entry in books.entries.values()]
    assert all(calls)
    used = sum((call.tokens for call in calls if call), Tokens())
    assert (used.input, used.output) == (fake.ledger.input, fake.ledger.output)
    late = [e for e in books.entries.values() if e.made and e.made.category == TimedOut.category]
    assert len(late) == fake.ledger.faults["hang"]
    aside = sum(entry.call.most for entry in late)
    assert sum(call.cost for call in calls if call) == PRICE.of(used) + aside
    assert len(books.entries) == fake.ledger.requests
    # No request goes more often than it may: tries of one that fails in passing, then no more.
    sent = Counter(entry.call.request for entry in books.entries.values())
    assert max(sent.values()) <= patience.tries
    assert len(fake.ledger.faults) > len(_RATES) / 2


def test_no_fault_of_a_model_goes_into_a_result_in_silence() -> None:
    _hold(40, 2.0)


@pytest.mark.model_faults
def test_the_same_over_two_thousand_blocks() -> None:
    _hold(2000, 10.0)
