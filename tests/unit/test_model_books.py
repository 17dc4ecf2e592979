"""The books in SQL: shared by all, counted before a call is sent, paid once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from schemas.errors import UsageError
from schemas.run_settings import RunSettings
from service.model import mode_of
from service.model_books import SqlBooks
from service.settings import Settings, read_settings
from service.store.database import open_database
from service.store.store import Store
from worker.llm.books import Budgets, Call, Made, Purpose
from worker.llm.faults import OutOfBudget, Tokens

CALL = Call(Purpose("d" * 64, "b" * 32), "m", "p", "r" * 64, 60)
MODEL = {"CROSSFOOT_MODEL": "m", "CROSSFOOT_MODEL_URL": "http://model/v1"}


@pytest.fixture
def books(tmp_path: Path) -> Iterator[SqlBooks]:
    database = open_database(f"sqlite:///{tmp_path / 'crossfoot.db'}")
    yield SqlBooks(Store(database))
    database.close()


def test_an_answer_is_kept_in_the_transaction_that_pays_it(books: SqlBooks) -> None:
    entry = books.reserve(CALL, Budgets())
    assert books.known(CALL.request) is None
    books.settle(entry, Made(Tokens(10, 2), 20, 0.5, "ok", '{"rows": []}'))
    assert books.known(CALL.request) == '{"rows": []}'


def test_budgets_count_what_is_spent_and_what_is_set_aside(books: SqlBooks) -> None:
    entry = books.reserve(CALL, Budgets(document=100, batch=100, day=100))
    for budgets in (Budgets(document=100), Budgets(batch=100), Budgets(day=100)):
        with pytest.raises(OutOfBudget):
            books.reserve(CALL, budgets)
    books.settle(entry, Made(Tokens(10, 2), 20, 0.5, "ok"))
    books.reserve(CALL, Budgets(document=100, batch=100, day=100))
    elsewhere = replace(CALL, purpose=Purpose("e" * 64, ""))
    books.reserve(elsewhere, Budgets(document=60, batch=1))
    with pytest.raises(OutOfBudget):
        books.reserve(elsewhere, Budgets(day=100))


def test_a_model_is_an_address_and_a_name(tmp_path: Path) -> None:
    home = {"CROSSFOOT_HOME": str(tmp_path)}
    assert mode_of(read_settings(home), RunSettings()) == "off"
    assert mode_of(read_settings({**home, **MODEL}), RunSettings()) == "assist"
    with pytest.raises(UsageError, match="CROSSFOOT_MODEL_URL is missing"):
        read_settings({**home, "CROSSFOOT_MODEL": "m"})
    with pytest.raises(UsageError, match="CROSSFOOT_MODEL_PRICE is missing"):
        read_settings({**home, **MODEL, "CROSSFOOT_MODEL_BUDGET_DAY": "5"})
    with pytest.raises(UsageError, match="no price"):
        read_settings({**home, **MODEL, "CROSSFOOT_MODEL_PRICE": "cheap"})


def test_a_document_may_ask_for_less_never_for_more(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, model="m", model_url="http://model/v1", llm="assist")
    assert mode_of(settings, RunSettings(model="structure")) == "structure"
    assert mode_of(settings, RunSettings(model="always")) == "assist"
    assert mode_of(settings, RunSettings(confidential=True)) == "off"
