"""Set the examples in type, scan them, and write them with their gold.

    python -m examples.build [FOLDER]

The committed files in this folder are its output; a second run gives the same bytes.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from eval.scanner import ScanSettings, scan_pdf
from eval.seal import GREY, Seal
from eval.truth import gold_json
from examples.annex import SCANS, notice_gold, read_notice, set_notice
from examples.liwan import read_budget, set_budget
from examples.liwan_gold import budget_gold

HERE = Path(__file__).parent
DPI = 200
SEED = 20240226

_OFFICE = ScanSettings(
    mode="grey",
    skew_degrees=0.9,
    blur=0.5,
    noise=2.0,
    contrast=0.92,
    paper=246,
    uneven=0.06,
    edge_shadow=0.25,
    specks=25,
    jpeg_quality=60,
)
_SEAL = Seal(
    "云岭市文印服务中心", 0.26, 0.255, ink=GREY, middle="示例专用章", angle=9, strength=0.8
)
BUDGET_SCANS = (replace(_OFFICE, seals=(_SEAL,)), replace(_OFFICE, skew_degrees=-0.8))


def build(folder: Path) -> tuple[Path, ...]:
    """Write every example below ``folder``; gives what was written."""
    budget = read_budget()
    table = set_budget(budget)
    notice = read_notice()
    annex = scan_pdf(set_notice(notice), SCANS, DPI, SEED)
    contents = {
        "liwan-2024.pdf": table.pdf,
        "liwan-2024-scan.pdf": scan_pdf(table.pdf, BUDGET_SCANS, DPI, SEED),
        "gold/liwan-2024.json": gold_json(budget_gold(budget, table, "liwan-2024.pdf")).encode(),
        "annex-turned-scan.pdf": annex,
        "gold/annex-turned-scan.json": gold_json(
            notice_gold(notice, annex, "annex-turned-scan.pdf")
        ).encode(),
    }
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tuple(folder / name for name in contents)


def main() -> None:
    """Write the examples into the folder given, or into their own."""
    for path in build(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE):
        sys.stdout.write(f"{path}  {path.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
