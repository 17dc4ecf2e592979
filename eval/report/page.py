"""The report of a run: figures, plots, the worst documents, every wrong cell with its ink."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from eval.report.gallery import changes, gallery
from eval.report.html import Html, joined, tag
from eval.report.numbers import HEADLINES, MEANINGS, interval, number
from eval.report.plots import Axis, Mark, Series, named_axis, number_axis, percent_axis, plot
from eval.runs.compare import Comparison
from eval.runs.documents import known_levels
from eval.runs.manifest import Manifest
from eval.runs.pool import Pooled, pool, pool_forms
from eval.runs.record import Record
from eval.scores.calibration import reliability, risk_curve, stack

# Nothing may be loaded and nothing may run, whatever a document's text says.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_WORST = 10


@dataclass(frozen=True, slots=True)
class Run:
    """A run as the report needs it."""

    folder: Path
    manifest: Manifest
    records: tuple[Record, ...]

    @property
    def levels(self) -> list[str]:
        """The levels that were read, from the best paper to the worst."""
        read = {record.level for record in self.records}
        return [level for level in known_levels() if level in read]

    def at(self, level: str) -> list[Record]:
        return [record for record in self.records if record.level == level]


def report(run: Run, beside: Sequence[Run] = (), limit: int | None = None) -> str:
    """The report as HTML; ``beside`` are runs of other tools on the same documents.

    ``limit`` is the most cells that the gallery shows, None for all.
    """
    body = (
        tag("h1", f"Crossfoot, suite {run.manifest.suite}: what it read"),
        _opening(run),
        tag("h2", "In short"),
        _table(_in_short(run, beside)),
        tag("h2", "Plots"),
        tag("div", *_plots(run, beside), class_="plots"),
        tag("h2", "All scores"),
        _table(_all_scores(run)),
        tag("h2", "By form"),
        _table(_by_form(run)),
        tag("h2", "The worst documents"),
        _table(_worst(run)),
        tag("h2", "Every wrong figure"),
        tag("div", gallery(run.records, run.folder, limit), class_="wide"),
        tag("h2", "What was run"),
        _log(run.manifest),
        *(joined(tag("h2", f"Beside it: {one.manifest.engine}"), _log(one.manifest))
          for one in beside),
    )  # fmt: skip
    return _document(f"Crossfoot {run.manifest.suite}", body)


def comparison_report(comparison: Comparison, before: Run, after: Run) -> str:
    """What changed between two runs, as HTML."""
    said = (
        f"{len(comparison.shared)} documents in both: {comparison.count('worse')} figures worse, "
        f"{comparison.count('better')} better, {comparison.count('other')} wrong otherwise."
    )
    body = (
        tag("h1", "What changed"),
        tag("p", said),
        _table(_in_short(before, [after])),
        tag("div", changes(comparison, before.folder, after.folder), class_="wide"),
        tag("h2", "Before"),
        _log(before.manifest),
        tag("h2", "After"),
        _log(after.manifest),
    )
    return _document("Crossfoot: what changed", body)


def _document(title: str, body: Sequence[Html]) -> str:
    style = Html(files("eval.report").joinpath("style.css").read_text(encoding="utf-8"))
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'),
        tag("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        tag("style", style),
    )
    return f"<!doctype html>\n{tag('html', head, tag('body', *body), lang='en')}\n"


def _opening(run: Run) -> Html:
    pages = sum(record.pages for record in run.records)
    failed = [record for record in run.records if record.failure is not None]
    wanted = len(run.manifest.documents)
    said = (
        f"{len(run.records)} of {wanted} documents, {pages} pages, commit "
        f"{(run.manifest.commit or 'unknown')[:12]}"
        f"{' with changes' if run.manifest.changes else ''}, {run.manifest.started}. "
        f"Intervals are 95 % bootstraps over documents."
    )
    parts = [tag("p", said)]
    if failed:
        rows = [(record.name, record.failure or "") for record in failed]
        parts += [tag("p", f"{len(failed)} documents ended in an error; all their figures count "
                           "as missing:"), _table([("document", "error"), *rows])]  # fmt: skip
    return joined(*parts)


Row = Sequence[str | Html]


def _table(rows: Iterable[Row]) -> Html:
    """A table whose first row is its header; all but the first column are numbers."""
    head, *body = rows
    cells = [
        tag("tr", tag("td", row[0]), *(tag("td", cell, class_="n") for cell in row[1:]))
        for row in body
    ]
    top = tag("tr", tag("th", head[0]), *(tag("th", text, class_="n") for text in head[1:]))
    return tag("div", tag("table", tag("thead", top), tag("tbody", *cells)), class_="wide")


def _shown(score: Pooled | None) -> Html:
    """The value, and its interval below it."""
    if score is None or score.value is None:
        return tag("span", "–")
    return joined(number(score.name, score.value), tag("small", interval(score)))


def _in_short(run: Run, beside: Sequence[Run]) -> list[Row]:
    """The headlines for each level and tool."""
    rows: list[Row] = [("tool, level", "documents", *(MEANINGS[name].title for name in HEADLINES))]
    for one in (run, *beside):
        for level in (*one.levels, None):
            records = one.at(level) if level else list(one.records)
            scores = pool(records)
            name = f"{one.manifest.engine}, {level or 'all'}"
            rows.append((name, str(len(records)), *(_shown(scores.get(n)) for n in HEADLINES)))
    return rows


def _all_scores(run: Run) -> Iterator[Row]:
    """Every score with its meaning, over all documents and for each level."""
    whole, by_level = pool(run.records), {level: pool(run.at(level)) for level in run.levels}
    yield ("score", "all", *run.levels, "documents scored", "unscored")
    for name, meaning in MEANINGS.items():
        score = whole.get(name)
        title = joined(meaning.title, tag("small", meaning.sentence))
        values = [_shown(held.get(name)) for held in by_level.values()]
        counts = (str(score.scored), _unscored(score)) if score else ("0", "")
        yield (title, _shown(score), *values, *counts)


def _unscored(score: Pooled) -> str:
    reasons = "; ".join(f"{count} {reason}" for reason, count in score.reasons.items())
    return reasons or "0"


def _by_form(run: Run) -> Iterator[Row]:
    names = ("figures.recall", "figures.precision", "silence.errors")
    yield ("form", "figures printed", *(MEANINGS[name].title for name in names))
    for form, scores in pool_forms(run.records).items():
        printed = f"{scores['figures.recall'].of:.0f}"
        yield (form, printed, *(_shown(scores.get(name)) for name in names))


def _worst(run: Run) -> Iterator[Row]:
    """The documents with the lowest share of figures right."""
    yield ("document", "figures right", "silent errors", "cells to look at", "seconds")
    scored = [(_value(record, "figures.recall"), record) for record in run.records]
    for value, record in sorted(
        ((v, r) for v, r in scored if v is not None), key=lambda held: (held[0], held[1].name)
    )[:_WORST]:
        silent = sum(cell.silent for cell in record.cells)
        right = number("figures.recall", value)
        yield (record.name, right, str(silent), str(record.review), f"{record.seconds:.1f}")


def _value(record: Record, name: str) -> float | None:
    for score in record.scores:
        if score.name == name and score.unscored is None and score.of:
            return score.part / score.of
    return None


def _plots(run: Run, beside: Sequence[Run]) -> Iterator[Html]:
    tools = (run, *beside)
    for name in ("figures.recall", "anywhere.page", "silence.errors", "review.load"):
        yield from _ladder(name, tools)
    yield from _risk(tools)
    yield from _reliability(tools)


def _ladder(name: str, tools: Sequence[Run]) -> Iterator[Html]:
    """The score level by level, one line for each tool that has it."""
    levels = [level for level in known_levels() if any(level in tool.levels for tool in tools)]
    series = []
    for tool in tools:
        pooled = {level: pool(tool.at(level)).get(name) for level in tool.levels}
        marks = tuple(
            Mark(float(levels.index(level)), score.value, score.low, score.high)
            for level, score in pooled.items()
            if score is not None and score.value is not None
        )
        if marks:
            series.append(Series(tool.manifest.engine, marks))
    if series:
        yield plot(MEANINGS[name].title, named_axis("level", levels), _axis(name, series), series)


def _axis(name: str, series: Sequence[Series]) -> Axis:
    ends = [
        end
        for one in series
        for mark in one.marks
        for end in (mark.y, mark.low, mark.high)
        if end is not None
    ]
    if MEANINGS[name].percent:
        return percent_axis("", ends)
    return number_axis(max(ends))


def _risk(tools: Sequence[Run]) -> Iterator[Html]:
    series = []
    for tool in tools:
        steps = stack(record.steps for record in tool.records).sum(axis=0)
        marks = tuple(Mark(point.x, point.y) for point in risk_curve(steps))
        if marks:
            series.append(Series(tool.manifest.engine, marks, dots=False))
    if series:
        x = percent_axis("figures taken, the surest first", (0.0, 1.0))
        y = percent_axis("", [0.0, *(mark.y for one in series for mark in one.marks)])
        yield plot("Wrong among the surest figures (risk–coverage)", x, y, series)


def _reliability(tools: Sequence[Run]) -> Iterator[Html]:
    series = []
    for tool in tools:
        steps = stack(record.steps for record in tool.records).sum(axis=0)
        marks = tuple(Mark(point.x, point.y) for point in reliability(steps))
        if marks:
            series.append(Series(tool.manifest.engine, marks))
    if series:
        ends = [end for one in series for mark in one.marks for end in (mark.x, mark.y)]
        axis = percent_axis("confidence told", ends)
        yield plot("Confidence told, share right (calibration)", axis, axis, series, diagonal=True)


def _log(manifest: Manifest) -> Html:
    """What reproduces the run's figures."""
    held = manifest.model_dump(mode="json")
    lines: list[Html] = []
    for key, value in held.items():
        lines += [tag("dt", key.replace("_", " ")), tag("dd", _line(value))]
    return tag("dl", *lines)


def _line(value: object) -> str:
    match value:
        case dict():
            return "; ".join(f"{key} {told_}" for key, told_ in value.items()) or "none"
        case list():
            return " ".join(map(str, value)) or "none"
        case None:
            return "none"
    return str(value)
