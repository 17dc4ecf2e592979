"""Result files on disk."""

from __future__ import annotations

import json
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
        UsageError: if it can't be read or is no result of version 1.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"can't read {path}: {error.strerror or error}.") from error
    try:
        return Result.model_validate_json(content)
    except ValidationError as error:
        raise UsageError(f"{path} is {_what_is_wrong(content, error)}.") from error


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
