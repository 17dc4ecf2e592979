"""A run's figures by the sums that their tables promise, and what decoding changed.

    python -m eval.runs.by_sums RUN

prints for each level and each kind of table (sums across and down, one of the two, none) how
many printed figures came out exactly, how many would without decoding, how many are wrong in
silence, and how many cells a person is shown. The kind is that of the gold's own checks, which
are made again from the seed; only made documents count. *Without decoding* a figure is what
was read first: from the exact ones those are taken off whose text says something else.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from functools import lru_cache
from pathlib import Path

from eval.made.document import make_document
from eval.runs.record import Record, load
from schemas.amount import Amount, parse_amount
from schemas.result import Cell, CheckResult, Result

_KINDS = ("across and down", "across", "down", "none")


@lru_cache(maxsize=512)
def kinds_of(seed: int) -> dict[str, str]:
    """For each form of the made document the sums that its tables promise."""
    directions: dict[str, set[str]] = defaultdict(set)
    for table in make_document(seed).gold.tables:
        directions[table.form] |= {way for check in table.checks for way in _ways(check)}
    return {form: " and ".join(sorted(ways)) or "none" for form, ways in directions.items()}


def _ways(check: CheckResult) -> set[str]:
    row, column = check.result
    across = all(term[0] == row for term in check.terms)
    down = all(term[1] == column for term in check.terms)
    return {"across"} if across else {"down"} if down else set()


def counted(run: Path) -> dict[tuple[str, str], Counter[str]]:
    """By level and kind: figures printed, exact, read so at first, silent, looks, documents."""
    found: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for record in load(run):
        path = run / "results" / f"{record.name}.json"
        if record.kind != "made" or not path.exists():
            continue
        kinds = kinds_of(record.seed)
        result = Result.model_validate_json(path.read_bytes())
        for form, scores in record.forms.items():
            told = {score.name: score for score in scores}
            tally = found[record.level, kinds.get(form, "none")]
            recall, silent = told["figures.recall"], told["silence.errors"]
            tally.update(
                documents=1, printed=round(recall.of), exact=round(recall.part),
                silent=round(silent.part), looks=_looks(result, form),
                mended=_mended(result, form),
            )  # fmt: skip
        _off(record, found, kinds)
    return found


def _off(record: Record, found: dict[tuple[str, str], Counter[str]], kinds: dict[str, str]) -> None:
    """Repairs that are wrong were never among the exact figures: they count as no mending."""
    wrong = sum(cell.verdict == "repaired" and cell.kind != "exact" for cell in record.cells)
    if wrong and record.forms:
        form = next(iter(record.forms))
        found[record.level, kinds.get(form, "none")]["mended"] -= wrong


def _looks(result: Result, form: str) -> int:
    tables = {table.id for table in result.tables if table.form == form}
    return len({(i.table, i.row, i.column) for i in result.review if i.table in tables})


def _mended(result: Result, form: str) -> int:
    """Figures that no one is asked about and whose text says something else."""
    cells = (
        cell
        for table in result.tables
        if table.form == form
        for row in table.rows
        for cell in row.cells.values()
    )
    return sum(cell.verdict == "repaired" and first_reading(cell) != cell.value for cell in cells)


def first_reading(cell: Cell) -> str | None:
    """The figure that was read before decoding, None where the text is none."""
    parsed = parse_amount(cell.text)
    return parsed.canonical() if isinstance(parsed, Amount) else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, metavar="RUN")
    found = counted(parser.parse_args().run)
    print("| level | sums | figures | right | before decoding | wrong in silence | looks per 100 |")
    print("|---|---|---:|---:|---:|---:|---:|")
    for level in dict.fromkeys(level for level, _ in found):
        for kind in _KINDS:
            one = found.get((level, kind))
            if one is None or not one["printed"]:
                continue
            printed, exact = one["printed"], one["exact"]
            right = [exact / printed, (exact - one["mended"]) / printed]
            shares = " | ".join(f"{share:.2%}" for share in right)
            looks = 100 * one["looks"] / printed
            print(
                f"| `{level}` | {kind} | {printed:,} | {shares} | {one['silent']} | {looks:.1f} |"
            )


if __name__ == "__main__":
    main()
