"""What holds over a whole run of the tests: no secret that one gives the program is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.canaries import told, told_in_files

_said: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Searches what a test printed, logged and failed with."""
    texts = [content for _, content in report.sections]
    if report.failed:
        texts.append(report.longreprtext)
    found = {word for text in texts for word in told(text)}
    _said.extend(f"{report.nodeid} ({report.when}): {word}" for word in sorted(found))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Searches all files that tests left; a secret among them fails the run."""
    factory = getattr(session.config, "_tmp_path_factory", None)
    base = factory.getbasetemp() if factory is not None else None
    if isinstance(base, Path):
        _said.extend(f"{path.relative_to(base)}: {word}" for path, word in told_in_files(base))
    if _said and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in _said:
        terminalreporter.write_line(f"SECRET TOLD {line}", red=True)
