"""The way of one document in steps that can be done apart: open, read each page, assemble.

What :func:`worker.extract.extract` does in one go. Each step is a function of what it is
given; a page travels as the bytes of :mod:`schemas.page_file`.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import TypeAdapter

from schemas.decisions import Decision
from schemas.errors import TooLarge
from schemas.page import PageText, Warn
from schemas.page_file import page_bytes, page_of
from schemas.result import Result
from schemas.run_settings import RunSettings
from worker.assemble import put_together
from worker.decoding.decide import EFFORT
from worker.extract import document_info
from worker.llm.desk import CASES, TOLD
from worker.llm.needs import Mode
from worker.pages import read_page, second_reader
from worker.pdf import Document
from worker.settle import Standing, settle

_THOROUGH = 10.0
_DECISIONS: TypeAdapter[list[Decision]] = TypeAdapter(list[Decision])


def count_pages(document: Document, most: int) -> int:
    """How many pages the document has.

    Raises:
        TooLarge: if they are more than ``most``.
    """
    if document.page_count > most:
        raise TooLarge(
            f"the document has {document.page_count} pages, more than the {most} that "
            "CROSSFOOT_PAGES allows: split it, or raise that setting."
        )
    return document.page_count


def read_step(document: Document, number: int, told: RunSettings) -> bytes:
    """Page ``number`` (from 1) as read."""
    return page_bytes(read_page(document, number - 1, as_scan=told.pages == "scan"))


def lost_page(number: int, why: str) -> bytes:
    """A page that could not be read, for a reason that lies outside of it."""
    said = f"page {number} could not be read ({why}): check the page by eye, or run it again."
    lost = Warn("page_failed", said, number)
    return page_bytes(PageText(number, "blank", 0.0, 0.0, 0.0, 0.0, warnings=(lost,)))


def assemble_step(
    document: Document,
    pages: Sequence[bytes],
    name: str,
    sha256: str,
    told: RunSettings,
    heard: bytes = b"",
    mode: Mode = "off",
) -> tuple[Result, bytes]:
    """The document's result, and the tables to ask a model about; ``usage`` is left to the caller.

    The open ``document`` is where figures in doubt are read a second time. ``heard`` is what a
    model said, as the JSON of :data:`worker.llm.desk.TOLD`; the tables come as that of ``CASES``.
    """
    read = tuple(page_of(content) for content in pages)
    info = document_info(name, sha256, read)
    effort = _THOROUGH * EFFORT if told.effort == "thorough" else EFFORT
    said = TOLD.validate_json(heard) if heard else None
    whole = put_together(read, info, second_reader(document, read), said, effort=effort)
    asked = whole.cases(mode)
    return whole.result, CASES.dump_json(asked)


def settle_step(first: bytes, decisions: str, standing: bytes, before: str) -> bytes:
    """The result after a person's decisions; all results and decisions as JSON.

    ``standing`` is the result after the decisions ``before``.

    Raises:
        UsageError: if a decision names a place that is not there.
    """
    now = Standing(Result.model_validate_json(standing), tuple(_DECISIONS.validate_json(before)))
    held = Result.model_validate_json(first)
    after = settle(held, _DECISIONS.validate_json(decisions), standing=now)
    return after.model_dump_json().encode()
