"""Real documents, each read once for all tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from eval.gold import Gold, load_gold
from tests.acceptance.door import PROJECT, Run, extract
from tests.integration.shared import shared_folder

Read = Callable[[str], Run]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real documents and their gold; tests that need it are skipped without."""
    return shared_folder()


@pytest.fixture(scope="session")
def read(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Reads a document of the shared data by its stem; the second time costs nothing."""
    done: dict[str, Run] = {}

    def read_once(stem: str) -> Run:
        if stem not in done:
            document = shared_data / "documents" / f"{stem}.pdf"
            done[stem] = extract([document], tmp_path_factory.mktemp("results"))
        return done[stem]

    return read_once


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """All documents of examples/ in one call, as `make demo` reads them."""
    files = sorted((PROJECT / "examples").glob("*.pdf"))
    return extract(files, tmp_path_factory.mktemp("examples"), "--csv")


@pytest.fixture(scope="session")
def gold(shared_data: Path) -> Callable[[str], Gold]:
    """The gold of a document of the shared data by its stem."""
    return lambda stem: load_gold(sorted((shared_data / "gold").glob(f"{stem}.*")))
