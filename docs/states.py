"""Draws docs/states.md from the states that the code knows: ``python docs/states.py``."""

from __future__ import annotations

from pathlib import Path

from service.store.states import DOCUMENT, STEP, drawn

_PAGE = Path(__file__).with_suffix(".md")


def page() -> str:
    """The page's text."""
    return "\n".join(
        [
            "# States",
            "",
            "Drawn from `service/store/states.py` by `docs/states.py`. Every change is one",
            "`UPDATE` that compares the state before; those marked (back) leave a row in",
            "the audit.",
            "",
            "## A document",
            "",
            "```mermaid",
            drawn(DOCUMENT, "a document"),
            "```",
            "",
            "## A step",
            "",
            "```mermaid",
            drawn(STEP, "a step"),
            "```",
            "",
        ]
    )


if __name__ == "__main__":
    _PAGE.write_text(page(), encoding="utf-8")
