"""Measure the decoder without pages: ``python -m eval.decoding COMMAND``.

noise      figures right, silent and to look at, at three qualities, by kind of sums
planted    one to three wrong figures in a table: noticed, repaired, repaired wrongly
misprints  the publisher's errors in text layers
speed      seconds for growing tables
calibrate  write worker/decoding/calibration.json anew, and test it on other tables
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from eval.decoding.fit import curves, expected_error
from eval.decoding.reader import QUALITIES, truth_of
from eval.decoding.tables import Sums, drafts
from eval.decoding.trials import Tally, misprints, outcomes, planted, read, timed
from eval.made.plant import misprinted
from schemas.draft import CellRef, Draft
from worker.decoding import calibration

KEPT: tuple[Sums, ...] = ("both", "rows", "none")
"""With which sums tables are decoded for calibration, so that every kind of cell occurs."""
CURVES = Path(calibration.__file__).with_name("calibration.json")


def noise(count: int) -> None:
    """A line for each quality and kind of sums."""
    print("quality  sums     figures  read right  told right  silent  to look at/100  s/table")
    for quality in QUALITIES:
        for kept in ("both", "rows", "columns", "none"):
            chance = random.Random(f"{quality.name} {kept}")
            total = sum(
                (read(draft, quality, kept, chance) for draft in drafts(count, 5000)), Tally()
            )
            print(
                f"{quality.name:8} {kept:8} {total.figures:7} {total.first / total.figures:10.2%} "
                f"{total.right / total.figures:11.2%} {total.silent:7} "
                f"{100 * total.shown / total.figures:13.2f} {total.seconds / count:10.3f}",
                flush=True,
            )


def show_planted(count: int) -> None:
    """What became of planted misreadings."""
    found = list(planted(count))
    wrong = sum(one.figures for one in found)
    print(f"cases {len(found)}, wrong figures {wrong}")
    print(f"noticed {sum(one.detected for one in found) / len(found):.2%} of the cases")
    print(f"repaired rightly {sum(one.repaired for one in found) / wrong:.2%} of the wrong figures")
    unique = sum(one.unique for one in found)
    if unique:
        print(
            f"repair unique for {unique / wrong:.2%}; of these rightly "
            f"{sum(one.repaired for one in found) / unique:.2%}"
        )
    print(f"repaired wrongly {sum(one.wrongly for one in found)}")
    print(f"wrong in silence {sum(one.silent for one in found)}")


def show_misprints(count: int) -> None:
    """What became of the publisher's errors."""
    chance = random.Random(3)
    found = list(misprints(_misprinted(draft, chance) for draft in drafts(count, 7000)))
    print(f"misprints {len(found)}, verdicts {dict(Counter(verdict for verdict, _, _ in found))}")
    print(f"printed figure kept {sum(kept for _, kept, _ in found) / len(found):.2%}")
    print(f"a sum says so {sum(told for _, _, told in found) / len(found):.2%}")


def _misprinted(draft: Draft, chance: random.Random) -> tuple[Draft, CellRef, str]:
    covered = {ref for s in draft.sums for ref in (s.result, *s.terms)}
    truth = truth_of(draft)
    ref = chance.choice(sorted(r for r, value in truth.items() if value and r in covered))
    printed = misprinted(truth[ref] or "0", chance)
    rows = tuple(
        replace(
            row,
            cells={
                key: replace(cell, text=printed, value=printed) if (row.id, key) == ref else cell
                for key, cell in row.cells.items()
            },
        )
        for row in draft.rows
    )
    return replace(draft, rows=rows), ref, printed


def speed() -> None:
    """Seconds for growing tables at office and fax quality."""
    for quality in QUALITIES[:2]:
        for rows, seconds, shown in timed((20, 80, 350, 1000, 5000), quality):
            print(f"{quality.name:8} {rows:5} rows x 4: {seconds:7.3f} s, {shown} to look at")


def calibrate(count: int, *, write: bool) -> None:
    """Fit on some tables, test on others."""
    for purpose, first in (("fit", 0), ("test", 20000)):
        chance = random.Random(purpose)
        found = [
            one
            for quality in QUALITIES
            for draft in drafts(count, first)
            for kept in KEPT
            for one in outcomes(draft, quality, kept, chance)
        ]
        if purpose == "fit" and write:
            CURVES.write_text(json.dumps(curves(found), indent=1) + "\n", encoding="utf-8")
            calibration.curves.cache_clear()
        wrong = sum(not one.right for one in found)
        print(f"{purpose}: {len(found)} figures, {wrong} wrong, ECE {expected_error(found):.4f}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="python -m eval.decoding", description=__doc__)
    parser.add_argument("command", choices=("noise", "planted", "misprints", "speed", "calibrate"))
    parser.add_argument("--count", type=int, default=100, help="how many tables")
    parser.add_argument("--dry", action="store_true", help="calibrate: write nothing")
    said = parser.parse_args(sys.argv[1:] if arguments is None else arguments)
    match said.command:
        case "noise":
            noise(said.count)
        case "planted":
            show_planted(said.count)
        case "misprints":
            show_misprints(said.count)
        case "speed":
            speed()
        case _:
            calibrate(said.count, write=not said.dry)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
