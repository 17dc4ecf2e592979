"""The states as data: all are reached, none is a trap, and the drawing is of these."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from service.store.states import DOCUMENT, FINAL, STEP, UNFINISHED, Change, DocumentState, StepState

DOCS = Path(__file__).parents[2] / "docs"


def reached(changes: dict[str, Change], start: str) -> set[str]:
    found = {start}
    while (
        more := {after for c in changes.values() for after in c.after if c.before & found} - found
    ):
        found |= more
    return found


def test_every_state_is_reached_from_the_first() -> None:
    assert reached(DOCUMENT, "queued") == set(DocumentState)
    assert reached(STEP, "waiting") == set(StepState)


def test_an_unfinished_document_comes_to_an_end_without_a_person() -> None:
    forward = {name: change for name, change in DOCUMENT.items() if not change.back}
    for state in UNFINISHED:
        assert set(FINAL) <= reached(forward, state)


@pytest.mark.parametrize("changes", [DOCUMENT, STEP])
def test_what_goes_forward_never_comes_back(changes: dict[str, Change]) -> None:
    forward = {name: change for name, change in changes.items() if not change.back}
    for change in forward.values():
        for after in change.after:
            assert not reached(forward, after) & change.before


def test_the_drawing_is_of_these_states() -> None:
    spec = importlib.util.spec_from_file_location("states_page", DOCS / "states.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (DOCS / "states.md").read_text(encoding="utf-8") == module.page()
