"""The tables in Markdown text."""

import re

_RULE = re.compile(r"\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?")
_MARKS = re.compile(r"<br\s*/?>|\*\*|__|(?<!\*)\*(?!\*)")


def tables(text: str) -> list[list[list[str]]]:
    """Each table as rows of texts; the line of hyphens is left out, so are marks of emphasis."""
    found: list[list[list[str]]] = []
    open_table = False
    for line in text.splitlines():
        stripped = line.strip()
        if not stripped.startswith("|"):
            open_table = False
            continue
        if not open_table:
            found.append([])
            open_table = True
        if not _RULE.fullmatch(stripped):
            found[-1].append([_plain(cell) for cell in _cells(stripped)])
    return [table for table in found if table]


def _cells(line: str) -> list[str]:
    inner = line.removeprefix("|")
    inner = inner.removesuffix("|") if not inner.endswith("\\|") else inner
    return re.split(r"(?<!\\)\|", inner)


def _plain(cell: str) -> str:
    return _MARKS.sub("", cell).replace("\\|", "|").strip()
