"""The gate: whether a run is worse than what was kept as the baseline, beyond noise.

Both runs read the same documents, so which documents were drawn is no source of noise here,
and a bootstrap over them would only hide that one form broke. What remains is that sums of
floats differ between machines, which may turn a reading at the edge. So every group of
documents (all, each level, each form) may lose as much as runs of the same code were seen to
differ, and :data:`SLACK` of its figures or :data:`LEAST` single ones, whichever is most.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from eval.runs.record import Record, Scored
from eval.scores.all import MEANINGS
from schemas.errors import UsageError

SLACK = 0.005
LEAST = 2.0

GUARDED = (
    "figures.recall",
    "figures.precision",
    "silence.errors",
    "review.load",
    "straight.documents",
    "structure.parents",
    "structure.headers",
    "texts.label_errors",
    "texts.errors",
    "indicators.found",
    "indicators.fields",
    "place.pointed",
    "checks.detected",
    "checks.repaired_wrongly",
)
"""Scores that may not fall. Seconds are not among them: CI's machines differ."""

_COARSE = {"texts.errors": 20.0, "texts.label_errors": 10.0, "straight.documents": 0.5}
"""Least losses of scores that do not count figures: characters, documents."""


class Held(BaseModel):
    """A score of a group of documents, with how much runs of the same code differed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    part: float
    of: float
    spread: float = 0.0

    @property
    def value(self) -> float | None:
        return self.part / self.of if self.of else None


class Baseline(BaseModel):
    """What later runs are held to: for each group the scores.

    ``documents`` are those that were read, each with the SHA-256 of its gold.
    ``examined`` are the documents into which errors were planted. That is done where every
    figure is right, so a program that reads more would be asked harder questions: later runs
    are asked about the same documents only.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    commit: str | None
    suite: str
    documents: dict[str, str]
    examined: tuple[str, ...]
    groups: dict[str, dict[str, Held]]


@dataclass(frozen=True, slots=True)
class Fall:
    """A score that fell, or that is not there any more (``now`` is None)."""

    group: str
    score: str
    before: float
    now: float | None
    allowed: float

    def __str__(self) -> str:
        title = MEANINGS[self.score].title if self.score in MEANINGS else self.score
        told = "not scored any more" if self.now is None else f"{self.now:.4f}"
        return f"{self.group}: {title} {self.before:.4f} -> {told} (noise: {self.allowed:.4f})"


def groups(records: Iterable[Record]) -> dict[str, dict[str, tuple[float, float]]]:
    """For each group of documents the guarded scores, as part and whole."""
    sums: dict[str, dict[str, tuple[float, float]]] = {}
    for record in records:
        for group in ("all", f"level {record.level}"):
            _add(sums.setdefault(group, {}), record.scores)
        for form, scores in record.forms.items():
            _add(sums.setdefault(f"form {form}", {}), scores)
    return sums


def _add(sums: dict[str, tuple[float, float]], scores: Iterable[Scored]) -> None:
    for score in scores:
        if score.name in GUARDED and score.unscored is None:
            part, of = sums.get(score.name, (0.0, 0.0))
            sums[score.name] = (part + score.part, of + score.of)


def baseline(runs: Sequence[Sequence[Record]], suite: str, commit: str | None) -> Baseline:
    """A baseline out of one run, or of several of the same code, whose spread is the noise.

    Raises:
        UsageError: if the runs did not read the same documents.
    """
    golds = [{record.name: record.gold_sha256 for record in records} for records in runs]
    if any(gold != golds[0] for gold in golds):
        raise UsageError("the runs did not read the same documents: give runs of one suite.")
    first, *others = [groups(records) for records in runs]
    return Baseline(
        commit=commit,
        suite=suite,
        documents=golds[0],
        examined=tuple(record.name for record in runs[0] if _examined(record)),
        groups={
            group: {
                name: Held(part=part, of=of, spread=_spread(group, name, [first, *others]))
                for name, (part, of) in scores.items()
            }
            for group, scores in first.items()
        },
    )


def _spread(
    group: str, name: str, runs: Sequence[dict[str, dict[str, tuple[float, float]]]]
) -> float:
    told = [run.get(group, {}).get(name, (0.0, 0.0)) for run in runs]
    values = [part / of for part, of in told if of]
    return max(values) - min(values) if values else 0.0


def falls(records: Sequence[Record], kept: Baseline) -> list[Fall]:
    """What is worse in the run than in the baseline, beyond noise.

    Raises:
        UsageError: if the run did not read all documents of the baseline, with the same gold.
    """
    missing = set(kept.documents) - {record.name for record in records}
    if missing:
        raise UsageError(
            f"the run lacks {len(missing)} documents of the baseline, {min(missing)} first: "
            "run the whole suite, or write a new baseline with `crossfoot eval baseline`."
        )
    changed = [
        r.name for r in records if kept.documents.get(r.name, r.gold_sha256) != r.gold_sha256
    ]
    if changed:
        raise UsageError(
            f"the gold of {len(changed)} documents is another than the baseline's, {changed[0]} "
            "first: nothing can be compared, write a new baseline with `crossfoot eval baseline`."
        )
    held, examined = set(kept.documents), set(kept.examined)
    now = groups(
        record if record.name in examined else _unexamined(record)
        for record in records
        if record.name in held
    )
    return list(_falls(kept, now))


def _examined(record: Record) -> bool:
    return any(s.name == "checks.detected" and s.unscored is None for s in record.scores)


def _unexamined(record: Record) -> Record:
    """The record without what was made of planted errors."""
    kept = tuple(score for score in record.scores if not score.name.startswith("checks."))
    return record.model_copy(update={"scores": kept})


def _falls(kept: Baseline, now: dict[str, dict[str, tuple[float, float]]]) -> Iterator[Fall]:
    for group, scores in kept.groups.items():
        for name, before in scores.items():
            if before.value is None:
                continue
            part, of = now.get(group, {}).get(name, (0.0, 0.0))
            allowed = _allowed(name, before)
            if not of:
                yield Fall(group, name, before.value, None, allowed)
                continue
            value = part / of
            lost = before.value - value if _higher_is_better(name) else value - before.value
            if lost > allowed + 1e-9:
                yield Fall(group, name, before.value, value, allowed)


def _allowed(name: str, before: Held) -> float:
    return max(SLACK, before.spread, _COARSE.get(name, LEAST) / before.of)


def _higher_is_better(name: str) -> bool:
    return MEANINGS[name].better == "high"


def read_baseline(path: Path) -> Baseline:
    """The baseline in the file.

    Raises:
        UsageError: if there is none.
    """
    try:
        return Baseline.model_validate_json(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{path} is no baseline: write one with `crossfoot eval baseline RUN --out {path}`."
        ) from error
