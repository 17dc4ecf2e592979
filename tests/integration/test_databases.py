"""The store on both databases: the same rows, and workers that race for them."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from service.backup import back_up, restore
from service.blobs.disk import DiskBlobs
from service.store.audit import first_bad_row, rows
from service.store.database import open_database
from service.store.documents import Filter, list_documents
from service.store.results import Finding
from service.store.steps import (
    Claim,
    Committed,
    Fenced,
    Kept,
    Taker,
    claim,
    commit_opened,
    commit_page,
    commit_result,
    expire,
    running_steps,
)
from service.store.store import Store
from service.store.tables import documents, metadata, results, steps
from tests.faults import Note
from tests.integration.outside import cut, database
from tests.unit.store import Desk

FOUND = Finding("verified", 1, 2, 3, 0, 0, (), None, None)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'a.db'}"
        return
    with database() as made:
        yield made


def work(
    store: Store, name: str, done: Counter[str], careless: bool, begun: Claim | None = None
) -> None:
    """Does steps until none is left, ``begun`` first.

    A careless worker loses its first one half way, and every third one after.
    """
    count, taker = 0, Taker(name, 60)
    held = begun or claim(store, taker)
    while held is not None:
        count += 1
        if careless and count % 3 == 1:
            (lost,) = [step for step in running_steps(store) if step.step == held.step]
            assert expire(store, lost, "lost", 100)
        try:
            following = commit(store, held, taker).next
            done[held.step] += 1
        except Fenced:
            done["refused"] += 1
            following = None
        held = following or claim(store, taker)


def commit(store: Store, held: Claim, taker: Taker) -> Committed:
    match held.kind:
        case "open":
            return commit_opened(store, held, 3, 0.0, taker)
        case "page":
            return commit_page(store, held, Kept(f"{held.number:064d}", 1), 0.0, taker)
        case _:
            return commit_result(store, held, Kept("e" * 64, 1), FOUND, 0.0, taker)


def test_racing_workers_do_every_step_once(url: str) -> None:
    desk = Desk.at(url)
    desk.send(*(desk.fresh(f"{n}.pdf") for n in range(12)), batch="b")
    done: Counter[str] = Counter()
    # The careless one has a step before the others come, and may find none after.
    begun = claim(desk.store, Taker("w0", 60))
    threads = [
        threading.Thread(
            target=work,
            args=(Store(desk.store.database), f"w{n}", done, n == 0, begun if n == 0 else None),
        )
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    work(Store(desk.store.database), "last", done, careless=False)
    refused = done.pop("refused", 0)
    with desk.store.database.read() as connection:
        states = connection.execute(select(documents.c.status, documents.c.pages_done)).all()
        kept = connection.execute(select(func.count()).select_from(results)).scalar_one()
        ends = set(connection.execute(select(steps.c.status)).scalars())
    assert set(states) == {("verified", 3)}
    assert (len(states), kept, ends) == (12, 12, {"done"})
    assert len(done) == 12 * 5
    assert set(done.values()) == {1}
    actions = Counter(row.action for row in rows(desk.store, limit=1000))
    assert actions["late commit refused"] == actions["step released"] == refused > 0
    assert first_bad_row(desk.store) is None
    desk.store.database.close()


def test_workers_whose_connections_are_cut_lose_and_double_nothing(record_property: Note) -> None:
    """As when PostgreSQL is started again, over and over, in the middle of anything."""
    with database() as url:
        desk = Desk.at(url)
        desk.send(*(desk.fresh(f"{n}.pdf") for n in range(40)), batch="b")
        stores = [Store(open_database(url, migrate=False)) for _ in range(3)]
        done: Counter[str] = Counter()
        threads = [
            threading.Thread(target=work_in_spite, args=(store, f"w{n}", done))
            for n, store in enumerate(stores)
        ]
        for thread in threads:
            thread.start()
        times, after = 0, 0
        while any(thread.is_alive() for thread in threads):
            # With the work, not with the clock: a fast machine is cut as often as a slow one.
            if done.total() >= after:
                times += cut(url) > 0
                after = done.total() + 10
            time.sleep(0.01)
        with desk.store.database.read() as connection:
            states = connection.execute(select(documents.c.status, documents.c.pages_done)).all()
            kept = connection.execute(select(func.count()).select_from(results)).scalar_one()
            ends = Counter(connection.execute(select(steps.c.status)).scalars())
        assert (set(states), kept, ends) == ({("verified", 3)}, 40, {"done": 40 * 5})
        assert first_bad_row(desk.store) is None
        assert times > 5
        record_property("F40", times)
        for store in (desk.store, *stores):
            store.database.close()


def work_in_spite(store: Store, name: str, done: Counter[str]) -> None:
    """Does steps until none is left, whatever becomes of the connections."""
    left = True
    while left:
        try:
            for lost in running_steps(store):
                if lost.worker == name:  # it could not be committed, or the answer was lost
                    expire(store, lost, "lost", 1000)
            work(store, name, done, careless=False)
            with store.database.read() as connection:
                query = select(func.count()).where(documents.c.status != "verified")
                left = bool(connection.execute(query).scalar_one())
        except SQLAlchemyError:
            continue


def test_the_migrations_make_the_tables_that_the_code_knows(url: str) -> None:
    held = open_database(url)
    with held.read() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []
    held.close()


def test_a_change_of_an_audit_row_is_found(url: str) -> None:
    desk = Desk.at(url)
    for name in "abc":
        desk.send(desk.fresh(name), batch=name)
    assert first_bad_row(desk.store) is None
    with desk.store.database.write() as connection:
        connection.exec_driver_sql("UPDATE audit SET actor = 'eve' WHERE number = 2")
    assert first_bad_row(desk.store) == 2
    desk.store.database.close()


def test_a_backup_of_one_database_is_restored_into_another(url: str, tmp_path: Path) -> None:
    desk = Desk.at(url)
    blobs, empty = DiskBlobs(tmp_path / "blobs"), DiskBlobs(tmp_path / "restored")
    desk.send(desk.fresh("a.pdf"), desk.fresh("b.pdf"), batch="both")
    with desk.store.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM blobs")  # of files that this test never made
    target = tmp_path / "all.tar"
    assert back_up(desk.store, blobs, target) == 2
    other = Desk.in_folder(tmp_path)
    assert restore(other.store, empty, target) == 2

    def names(store: Store) -> list[tuple[str, str]]:
        return [(row.id, row.name) for row in list_documents(store, Filter(), 10, None)]

    assert names(other.store) == names(desk.store)
    assert first_bad_row(other.store) is None
    for held in (desk, other):
        held.store.database.close()
