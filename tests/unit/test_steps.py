"""Steps of work: who gets which, what a late commit does, when a document is given up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from service.store.audit import first_bad_row, rows
from service.store.documents import get_document, run_again
from service.store.results import Finding
from service.store.states import FINAL
from service.store.steps import (
    Claim,
    Fenced,
    Kept,
    Taker,
    Trouble,
    claim,
    commit_opened,
    commit_page,
    commit_result,
    expire,
    give_back,
    page_outputs,
    running_steps,
    waiting_steps,
)
from service.store.tables import results, steps
from tests.unit.store import Desk

LEASE = 100.0
NOTHING = Finding("empty", 0, 0, 0, 0, 0, (), None, None)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    held = Desk.in_folder(tmp_path)
    yield held
    held.store.database.close()


def take(desk: Desk, worker: str = "w1") -> Claim:
    held = claim(desk.store, Taker(worker, LEASE))
    assert held is not None
    return held


def do(desk: Desk, held: Claim, pages: int = 2) -> None:
    """Does the step as a worker would."""
    match held.kind:
        case "open":
            commit_opened(desk.store, held, pages, 0.1)
        case "page":
            commit_page(desk.store, held, Kept(f"{held.number:064d}", 5), 0.1)
        case "assemble":
            commit_result(desk.store, held, Kept("f" * 64, 5), NOTHING, 0.1)


def status(desk: Desk, document: str) -> str:
    row = get_document(desk.store, document)
    assert row is not None
    return str(row.status)


def sent(desk: Desk) -> str:
    """A document that was just taken in."""
    (taken,) = desk.send(desk.fresh("a.pdf"))
    assert taken.document is not None
    return taken.document


def test_a_document_is_opened_read_page_by_page_and_assembled(desk: Desk) -> None:
    document = sent(desk)
    seen = []
    for _ in range(4):
        held = take(desk)
        seen.append((held.kind, held.number, status(desk, document)))
        do(desk, held)
    assert seen == [
        ("open", 0, "queued"),
        ("page", 1, "reading"),
        ("page", 2, "reading"),
        ("assemble", 0, "assembling"),
    ]
    assert status(desk, document) == "empty"
    assert claim(desk.store, Taker("w1", LEASE)) is None
    assert page_outputs(desk.store, document, 1) == [f"{n:064d}" for n in (1, 2)]


def test_a_step_is_given_to_one_worker_alone(desk: Desk) -> None:
    sent(desk)
    assert take(desk).kind == "open"
    assert claim(desk.store, Taker("w2", LEASE)) is None


def test_pages_may_end_in_any_order_and_are_assembled_once(desk: Desk) -> None:
    document = sent(desk)
    do(desk, take(desk), pages=3)
    pages = [take(desk, f"w{n}") for n in range(3)]
    assert claim(desk.store, Taker("w9", LEASE)) is None, "nothing to assemble while pages are out"
    for held in reversed(pages):
        do(desk, held)
    assert take(desk).kind == "assemble"
    assert claim(desk.store, Taker("w9", LEASE)) is None
    assert page_outputs(desk.store, document, 1) == [f"{n:064d}" for n in (1, 2, 3)]


def test_a_late_commit_is_refused_and_leaves_a_row_in_the_audit(desk: Desk) -> None:
    document = sent(desk)
    frozen = take(desk, "frozen")
    desk.clock.now += LEASE + 1
    (lost,) = running_steps(desk.store)
    assert expire(desk.store, lost, "its lease ran out", 3)
    do(desk, take(desk, "quick"), pages=1)
    with pytest.raises(Fenced):
        do(desk, frozen, pages=7)
    row = get_document(desk.store, document)
    assert row is not None
    assert row.pages == 1
    actions = [entry.action for entry in rows(desk.store, limit=10)]
    assert actions == ["step released", "late commit refused"]
    assert first_bad_row(desk.store) is None


def test_the_same_result_is_never_kept_twice(desk: Desk) -> None:
    sent(desk)
    do(desk, take(desk), pages=1)
    do(desk, take(desk))
    held = take(desk)
    do(desk, held)
    with pytest.raises(Fenced):
        do(desk, held)
    with desk.store.database.read() as connection:
        assert len(connection.execute(select(results)).all()) == 1


def test_what_ends_every_worker_is_dead_after_three_attempts(desk: Desk) -> None:
    document = sent(desk)
    for attempt in (1, 2, 3):
        held = take(desk, f"w{attempt}")
        assert held.attempt == attempt
        (lost,) = running_steps(desk.store)
        assert expire(desk.store, lost, "the process that did it ended", 3)
    assert claim(desk.store, Taker("w4", LEASE)) is None
    row = get_document(desk.store, document)
    assert row is not None
    assert (row.status, row.category) == ("dead", "engine:poison")
    assert "the process that did it ended" in row.message


def test_a_dead_document_can_be_revived(desk: Desk) -> None:
    document = sent(desk)
    for _ in range(3):
        take(desk)
        expire(desk.store, running_steps(desk.store)[0], "gone", 3)
    assert run_again(desk.store, document, {}, "ann")
    for _ in range(4):
        do(desk, take(desk))
    assert status(desk, document) == "empty"


def test_trouble_is_tried_again_after_a_pause_and_then_fails_with_its_cause(desk: Desk) -> None:
    document = sent(desk)
    trouble = Trouble("engine:crash", "the reading process crashed.", again=True)
    for _ in range(2):
        give_back(desk.store, take(desk), trouble, 3, pause=5)
        assert claim(desk.store, Taker("w1", LEASE)) is None
        desk.clock.now += 6
    give_back(desk.store, take(desk), trouble, 3, pause=5)
    row = get_document(desk.store, document)
    assert row is not None
    assert (row.status, row.category) == ("failed", "engine:crash")


def test_an_unreadable_file_fails_at_once_and_its_pages_are_not_read(desk: Desk) -> None:
    document = sent(desk)
    do(desk, take(desk), pages=5)
    slow = take(desk, "slow")
    give_back(desk.store, take(desk), Trouble("input:damaged", "it is cut.", again=False), 3, 5)
    assert status(desk, document) == "failed"
    assert claim(desk.store, Taker("w1", LEASE)) is None
    with pytest.raises(Fenced):
        do(desk, slow)


def test_a_person_who_waits_goes_before_every_batch(desk: Desk) -> None:
    desk.send(*(desk.fresh(f"{n}.pdf") for n in range(5)), batch="b")
    do(desk, take(desk), pages=9)
    waiting = sent(desk)
    assert take(desk).document == waiting


def test_batches_take_turns_document_by_document(desk: Desk) -> None:
    large = [t.document for t in desk.send(*(desk.fresh("l") for _ in range(50)), batch="large")]
    for _ in range(10):
        give_back(desk.store, take(desk), Trouble("x", "x", again=False), 3, 0)
    small = [t.document for t in desk.send(*(desk.fresh("s") for _ in range(3)), batch="small")]
    order = []
    for _ in range(8):
        held = take(desk)
        order.append("small" if held.document in small else "large")
        assert held.document in small or held.document in large
        give_back(desk.store, held, Trouble("x", "x", again=False), 3, 0)
    assert order[:7].count("small") == 3
    assert order[:4].count("large") >= 1


def test_the_same_content_is_one_document(desk: Desk) -> None:
    file = desk.fresh("a.pdf")
    first, second = desk.send(file, file, batch="b")
    (third,) = desk.send(file)
    assert first.document == second.document == third.document
    assert [t.duplicate for t in (first, second, third)] == [False, True, True]
    assert waiting_steps(desk.store) == 1


def test_a_run_again_starts_anew_and_late_work_of_the_former_run_is_refused(desk: Desk) -> None:
    document = sent(desk)
    do(desk, take(desk), pages=2)
    late = take(desk)
    give_back(desk.store, take(desk), Trouble("input:damaged", "cut.", again=False), 3, 0)
    assert status(desk, document) in FINAL
    assert run_again(desk.store, document, {}, "ann")
    assert not run_again(desk.store, document, {}, "ann"), "it is on its way"
    with pytest.raises(Fenced):
        do(desk, late)
    held = take(desk)
    assert (held.kind, held.run) == ("open", 2)


def test_every_step_ends_in_a_state_that_is_known(desk: Desk) -> None:
    sent(desk)
    while (held := claim(desk.store, Taker("w", LEASE))) is not None:
        do(desk, held)
    with desk.store.database.read() as connection:
        assert set(connection.execute(select(steps.c.status)).scalars()) == {"done"}
