"""How measurements of speed are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from eval.bench import Case, Runs, summary
from eval.bench_growth import exponent
from eval.bench_pace import Pace, paced
from eval.bench_report import page_of
from eval.bench_run import Timing


def _timing(tool: str, seconds: float, cpu: float) -> Timing:
    return Timing(tool, 2, 1.0, seconds, cpu, 100.0, 200.0)


RUNS: Runs = {
    "Crossfoot": [_timing("Crossfoot", 2.0, 3.0), _timing("Crossfoot", 4.0, 6.0)],
    "RapidOCR": [_timing("RapidOCR", 8.0, 15.0), _timing("RapidOCR", 9.0, 18.0)],
}


def _pace() -> dict[str, Any]:
    """Two rounds in which the other tool was twice, then four times as slow."""
    rounds = {
        "Crossfoot": [Pace(None, 1.0, 500.0), Pace(None, 1.0, 600.0)],
        "RapidOCR": [Pace(2.0, 3.0, 900.0), Pace(4.0, 5.0, 900.0)],
    }
    return paced("scans", 12, rounds, alone=[1.9, 2.0])


def _page() -> str:
    case = Case("budget (scan)", "scan", Path("budget.pdf"), (0, 1))
    told = {"cores": 2, "processor": "P", "system": "S", "python": "3", "versions": {"onnx": "1"}}
    return page_of(
        {
            "date": "2026-01-01",
            "machine": told,
            "missing": ["pdfplumber"],
            "repeats": 2,
            "cases": [summary(case, RUNS)],
            "pace": [_pace()],
            "start": {"first_page": 2.26, "help": 0.248},
        }
    )


def test_each_tool_has_a_line_with_its_seconds_a_page() -> None:
    assert "| budget (scan), 2 pages | Crossfoot | 1.50 (1.00–2.00) | 2.25 (1.50–3.00) |" in _page()
    assert "RapidOCR | 4.25 (4.00–4.50) | 8.25 (7.50–9.00) |" in _page()


def test_work_is_compared_between_runs_that_followed_each_other() -> None:
    """15/3 and 18/6: not the ratio of the medians, which is 3.67."""
    assert "| 4.00 (3.00–5.00) |" in _page()


def test_the_better_of_two_ways_to_use_two_cores_counts() -> None:
    assert "| scans, 12 pages | Crossfoot | 1.00 (1.00–1.00) |  |  | 1.00 | 600 |" in _page()
    assert "RapidOCR | 3.00 (2.00–4.00) | 3.00 (2.00–4.00) | 3.00 | 4.00 | 900 |" in _page()


def test_what_a_second_core_and_a_start_give_is_told() -> None:
    assert "faster by scans 1.95 (1.90–2.00)." in _page()
    assert "first scanned page 2.3 s; `crossfoot --help` 0.25 s." in _page()


def test_growth_is_the_power_of_the_number() -> None:
    assert exponent([(1, 9.0), (10, 1.0), (100, 10.0), (1000, 100.0)]) == pytest.approx(1.0)
    assert exponent([(1, 9.0), (10, 1.0), (20, 4.0), (40, 16.0)]) == pytest.approx(2.0)


def test_a_tool_that_is_not_installed_is_named() -> None:
    assert "left out: pdfplumber." in _page()
