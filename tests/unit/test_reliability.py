"""The page of faults names tests that there are, and all faults."""

from __future__ import annotations

import re
from pathlib import Path

from tests.faults import PAGE, Named, Passed, counts, named, passed

TESTS = Path(__file__).parents[1]


def there() -> list[tuple[str, str]]:
    return [
        (str(path.relative_to(TESTS)), name)
        for path in TESTS.rglob("test_*.py")
        for name in re.findall(r"^ *def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)
    ]


def test_every_fault_has_tests_that_there_are() -> None:
    known, faults = there(), named(PAGE.read_text("utf-8"))
    assert sorted(faults) == [f"F{n:02d}" for n in range(1, 50)]
    for fault, tests in faults.items():
        assert tests, fault
        for test in tests:
            assert any(test.is_of(*one) for one in known), (fault, test)


def test_faults_are_counted_by_the_cases_that_passed(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        "<testsuites><testsuite>"
        '<testcase classname="tests.chaos.test_a" name="test_one[x]"/>'
        '<testcase classname="tests.chaos.test_a" name="test_one[y]"><failure/></testcase>'
        '<testcase classname="tests.chaos.test_a.TestB" name="test_many"><properties>'
        '<property name="F02" value="40"/></properties></testcase>'
        '<testcase classname="tests.chaos.test_a" name="test_other"/>'
        "</testsuite></testsuites>",
        encoding="utf-8",
    )
    cases = list(passed(report))
    assert cases[0] == Passed("tests/chaos/test_a.py", "test_one[x]", {})
    page = (
        "| F01 | a | b | `tests/chaos/test_a.py::test_one`, `test_many` |\n"
        "| F02, F03 | c | d | `test_a.py::test_many`; more |\n"
        "| F04 | e | f | `test_a.py` (all) |\n"
    )
    assert named(page)["F01"] == [
        Named("chaos/test_a.py", "test_one"),
        Named("chaos/test_a.py", "test_many"),
    ]
    assert counts(named(page), cases) == {"F01": 2, "F02": 40, "F03": 1, "F04": 3}
