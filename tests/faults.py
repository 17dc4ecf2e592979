"""How often each fault of docs/reliability.md was tried: ``python -m tests.faults REPORT.xml ...``.

The page says which tests try which fault; the reports are those of ``pytest --junitxml``. A test
that tries a fault many times over says so by ``record_property("F01", 40)``, all others count
once for each case that passed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

Note = Callable[[str, object], None]
"""What ``record_property`` of pytest is: it writes a name and a value into the report."""

PAGE = Path(__file__).parents[1] / "docs" / "reliability.md"
_ROW = re.compile(r"^\| (F\d\d(?:, F\d\d)*) \|.*\| (.+?) \|$", re.MULTILINE)
_NAMED = re.compile(r"`(?:tests/)?((?:[\w/]+/)?test_\w+\.py)?(?:::)?(test_\w+)?`")


@dataclass(frozen=True, slots=True)
class Named:
    """Tests as the page names them: of a ``file`` all, or the one of that ``name``."""

    file: str
    name: str | None

    def is_of(self, file: str, name: str) -> bool:
        whole = self.name is None or name.partition("[")[0] == self.name
        return whole and f"/{file}".endswith(f"/{self.file}")


@dataclass(frozen=True, slots=True)
class Passed:
    """A case of a test that passed, and how often it says that it tried which fault."""

    file: str
    name: str
    tried: Mapping[str, int]


def named(page: str) -> dict[str, list[Named]]:
    """Fault → the tests that the page names for it; a bare test is of the file named before."""
    found: dict[str, list[Named]] = {}
    for faults, cell in _ROW.findall(page):
        file, tests = "", []
        for told, name in _NAMED.findall(cell):
            file = told or file
            tests.append(Named(file, name or None))
        for fault in faults.split(", "):
            found[fault] = tests
    return found


def passed(report: Path) -> Iterator[Passed]:
    for case in ET.parse(report).getroot().iter("testcase"):
        if any(case.find(trouble) is not None for trouble in ("failure", "error", "skipped")):
            continue
        properties = case.iterfind("properties/property")
        tried = {p.get("name", ""): int(p.get("value", "0")) for p in properties}
        modules = [part for part in case.get("classname", "").split(".") if not part[:1].isupper()]
        yield Passed("/".join(modules) + ".py", case.get("name", ""), tried)


def counts(faults: Mapping[str, list[Named]], cases: Iterable[Passed]) -> dict[str, int]:
    """Fault → how often it was tried, and all was as it should be."""
    counted = dict.fromkeys(faults, 0)
    for case in cases:
        for fault, tests in faults.items():
            if any(test.is_of(case.file, case.name) for test in tests):
                counted[fault] += case.tried.get(fault, 1)
    return counted


def main() -> None:
    faults = named(PAGE.read_text(encoding="utf-8"))
    reports = [Path(told) for told in sys.argv[1:]]
    counted = counts(faults, (case for report in reports for case in passed(report)))
    tried = [f"{fault} {times}" for fault, times in counted.items() if times]
    print("Tried, each as it should be: " + " · ".join(tried))


if __name__ == "__main__":
    main()
