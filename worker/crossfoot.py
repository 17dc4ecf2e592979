"""One table alone, cross-footed."""

from __future__ import annotations

from schemas.draft import Booklet, Draft
from schemas.result import ReviewItem, Table
from worker.decoding.decode import decode


def crossfoot(draft: Draft) -> tuple[Table, tuple[ReviewItem, ...]]:
    """The draft as the table ``t1`` with checks and verdicts, and the cells to review.

    A sum passes where result and terms agree to the last digit, counts as rounding within
    :func:`worker.rounding.rounding_slack`, and fails otherwise. It is not applicable where
    all of its cells are blank or one of them holds ink that is no figure. Blank terms and
    dashes count as zero; so does a blank result beside printed terms.
    """
    decoded = decode(Booklet((draft,)))
    return decoded.tables[0], decoded.review
