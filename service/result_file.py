"""Result files on disk."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

from pydantic import ValidationError

from schemas.errors import UsageError
from schemas.result import Result


def result_bytes(result: Result) -> bytes:
    """The result file's content: UTF-8 JSON."""
    return (result.model_dump_json(indent=1) + "\n").encode("utf-8")


def load_result(path: Path) -> Result:
    """The result held by the file at ``path``.

    Raises:
        UsageError: if it can't be read, is no result of version 1, or its figures are not
            those that its own checks were made of.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"can't read {path}: {error.strerror or error}.") from error
    try:
        result = Result.model_validate_json(content)
    except ValidationError as error:
        raise UsageError(f"{path} is {_what_is_wrong(content, error)}.") from error
    changed = first_disagreement(result)
    if changed is not None:
        raise UsageError(
            f"{path} was changed: its figures do not give what its check {changed} says; "
            "extract the document again."
        )
    return result


def first_disagreement(result: Result) -> str | None:
    """The first check whose difference is not that of the figures; None: all agree."""
    for table in result.tables:
        values = {
            (row.id, key): Decimal(cell.value)
            for row in table.rows
            for key, cell in row.cells.items()
            if cell.value is not None and _is_figure(cell.value)
        }
        for check in table.checks:
            if check.difference is None or check.status == "not_applicable":
                continue
            terms = sum((values.get(term, Decimal(0)) for term in check.terms), Decimal(0))
            if values.get(check.result, Decimal(0)) - terms != Decimal(check.difference):
                return f"{check.id} in {table.id}"
    return None


def _is_figure(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdecimal()


def holds_result(path: Path) -> bool:
    """Whether the file is JSON with the version that a result names; other files may lie by."""
    try:
        held = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(held, dict) and "schema_version" in held and "document" in held


def _what_is_wrong(content: bytes, error: ValidationError) -> str:
    try:
        held = json.loads(content)
    except ValueError:
        return "no JSON: give the .json file that `crossfoot extract` wrote"
    if not isinstance(held, dict) or "schema_version" not in held:
        return "no Crossfoot result: give the .json file that `crossfoot extract` wrote"
    if held["schema_version"] != "1":
        return f"of version {held['schema_version']!r}, and this Crossfoot reads version 1"
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"not a whole result of version 1 ({place}: {first['msg']}); extract it again"
