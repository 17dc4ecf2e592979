"""The drafts of one document as a booklet: what they lend each other and promise each other."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.draft import Booklet, Draft
from schemas.page import PageText
from worker.between import sums_between
from worker.carried import carried


def bind(drafts: Sequence[Draft], pages: Sequence[PageText]) -> Booklet:
    """The booklet of a document's ``drafts`` in page order.

    Organisation, fiscal year and unit are carried to the tables that don't say them, with
    their source in ``stated``; the equations between the forms become the booklet's sums.
    """
    whole = carried(drafts, pages)
    return Booklet(whole, tuple(sums_between(whole)))
