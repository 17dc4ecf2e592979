"""Review: a person's decisions on a document, what each reading would do, and approval."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field
from sqlalchemy import Row

from schemas.decisions import Name, Step
from schemas.result import CheckStatus, DecimalText, Result
from service.settling import Place, left_the_queue, made, plan
from service.store.decisions import Kept, Settled, approve, keep_decisions, list_decisions
from service.store.results import finding, first_result
from service.web.api.documents import result_of, row_of
from service.web.api.models import Identifier, Model, Taken, moment
from service.web.doors import Doors, OpenDoors
from service.web.people import Person, Reviewer, Viewer
from service.web.problems import ANSWERS, Refusal
from worker.consequences import consequences

router = APIRouter(prefix="/documents/{document}", tags=["review"], responses=ANSWERS)

_Version = Annotated[int, Field(ge=0, le=2**31 - 1)]


class CorrectionsIn(Taken):
    """Decisions on the version that the person looked at."""

    version: _Version
    decisions: Annotated[list[Step], Field(min_length=1, max_length=500)]


class CorrectionsOut(Model):
    """What stands now; ``settled`` are cells that left the queue by themselves."""

    version: int
    settled: list[Place]
    result: Result


class DecisionOut(Model):
    """A decision on record, with what stood at its place before and after."""

    number: int
    version: int
    decision: dict[str, Any]
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    actor: str
    at: datetime
    undone_by: int | None

    @staticmethod
    def of(kept: Kept) -> DecisionOut:
        return DecisionOut(
            number=kept.number,
            version=kept.version,
            decision=kept.body,
            before=kept.before,
            after=kept.after,
            actor=kept.actor,
            at=moment(kept.at),
            undone_by=kept.undone_by,
        )


class DecisionsOut(Model):
    items: list[DecisionOut]


class ApprovalIn(Taken):
    version: _Version


class ApprovalOut(Model):
    version: int
    approved_by: str


class EffectOut(Model):
    """A sum under one reading; ``difference`` is result minus terms, in the printed unit."""

    check: str
    status: CheckStatus
    difference: str | None


class CandidateOut(Model):
    value: str | None
    confidence: float
    effects: list[EffectOut]


class CandidatesOut(Model):
    items: list[CandidateOut]


@router.get("/corrections", operation_id="list_corrections")
def history(doors: OpenDoors, _person: Viewer, document: Identifier) -> DecisionsOut:
    """Every decision on the present run's result, in order, those taken back too."""
    row = row_of(doors, document)
    kept = list_decisions(doors.store, document, row.run)
    return DecisionsOut(items=[DecisionOut.of(one) for one in kept])


@router.post("/corrections", operation_id="correct")
def correct(
    doors: OpenDoors, person: Reviewer, document: Identifier, sent: CorrectionsIn
) -> CorrectionsOut:
    """Keeps the decisions and cross-foots everything again.

    409 with ``current`` = {version, decisions} where another person decided since the version
    named; the decisions listed are those of the others.
    """
    row, before = _looked_at(doors, document, sent.version)
    kept = list_decisions(doors.store, document, row.run)
    standing = Held(plan(kept, ()).counting, before.model_dump_json().encode())
    after = _settle(doors, row, plan(kept, sent.decisions).counting, standing)
    settled = _settled(doors, row, after, person)
    if not keep_decisions(doors.store, settled, made(kept, sent.decisions, before, after)):
        raise _too_late(doors, document, sent.version)
    cells = left_the_queue(before, after, sent.decisions)
    return CorrectionsOut(version=settled.version + 1, settled=cells, result=after)


@router.post("/approval", operation_id="approve")
def approved(
    doors: OpenDoors, person: Reviewer, document: Identifier, sent: ApprovalIn
) -> ApprovalOut:
    """Says that the result is right as it stands; 409 while cells are doubtful."""
    row, result = _looked_at(doors, document, sent.version)
    if result.review:
        raise Refusal(
            409,
            "doubts_left",
            f"{len(result.review)} cells are doubtful: settle them first.",
            current={"version": row.version, "doubts": len(result.review)},
        )
    after = result.model_copy(update={"status": "verified"})
    if not approve(doors.store, _settled(doors, row, after, person)):
        raise _too_late(doors, document, sent.version)
    return ApprovalOut(version=row.version + 1, approved_by=person.name)


@router.get("/consequences", operation_id="get_consequences")
def candidates(
    doors: OpenDoors,
    _person: Viewer,
    document: Identifier,
    table: Annotated[Name, Query()],
    row: Annotated[Name, Query()],
    column: Annotated[Name, Query()],
    typed: Annotated[DecimalText | None, Query(max_length=40)] = None,
) -> CandidatesOut:
    """What each reading of a cell would do to its sums, the present reading first."""
    _, content = result_of(doors, document)
    found = consequences(Result.model_validate_json(content), table, row, column, typed)
    items = [
        CandidateOut(
            value=one.value,
            confidence=one.confidence,
            effects=[
                EffectOut(check=e.check, status=e.status, difference=e.difference)
                for e in one.effects
            ],
        )
        for one in found
    ]
    return CandidatesOut(items=items)


def _looked_at(doors: Doors, document: str, version: int) -> tuple[Row[Any], Result]:
    """The document's row and result, if ``version`` is the one that stands."""
    row, content = result_of(doors, document)
    if row.status not in ("review", "verified", "empty"):
        raise Refusal(409, "not_ready", "only a document that was read can be corrected.")
    if row.version != version:
        raise _too_late(doors, document, version)
    return row, Result.model_validate_json(content)


def _too_late(doors: Doors, document: str, version: int) -> Refusal:
    row = row_of(doors, document)
    since = [one for one in list_decisions(doors.store, document, row.run) if one.version > version]
    current = {
        "version": row.version,
        "decisions": [DecisionOut.of(one).model_dump(mode="json") for one in since],
    }
    return Refusal(
        409,
        "version",
        "another person was faster: look at what was decided meanwhile, then decide again.",
        current=current,
    )


@dataclass(frozen=True, slots=True)
class Held:
    """The decisions that count now, and the result after them."""

    decisions: tuple[dict[str, Any], ...]
    result: bytes


def _settle(
    doors: Doors, row: Row[Any], decisions: Sequence[dict[str, Any]], standing: Held
) -> Result:
    first = first_result(doors.store, row.id)
    if first is None:
        raise Refusal(409, "not_ready", "the document has no result.")
    content = doors.blobs.get(first.sha256)
    with doors.cages.one() as cage:
        request = {
            "do": "settle",
            "decisions": json.dumps(list(decisions)),
            "before": json.dumps(list(standing.decisions)),
        }
        parts = [content, standing.result]
        answer = cage.ask(request, parts, seconds=doors.settings.assemble_seconds)
    return Result.model_validate_json(answer.parts[0])


def _settled(doors: Doors, row: Row[Any], after: Result, person: Person) -> Settled:
    content = after.model_dump_json().encode()
    sha256 = doors.blobs.put(content)
    return Settled(
        document=row.id,
        run=row.run,
        version=row.version,
        sha256=sha256,
        size=len(content),
        found=finding(after),
        actor=person.name,
    )
