"""Which documents a call names, and under which name each one's files are written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import UsageError
from service.plain import file_label

_MOST_BYTES = 200  # of a stem, so that the endings still fit a file name's 255


@dataclass(frozen=True, slots=True)
class Input:
    """A document to read and the stem of the files that will be written for it."""

    path: Path
    stem: str


@dataclass(frozen=True, slots=True)
class Inputs:
    """All documents of a call, and what the user should know of their choice."""

    documents: tuple[Input, ...]
    notes: tuple[str, ...]


def find_inputs(paths: Sequence[Path], suffixes: Sequence[str]) -> Inputs:
    """Each named file once, folders replaced by the files of the given ``suffixes`` in them.

    Files of the same stem get numbers, ``x`` and ``x-2``; stems that differ in case alone
    count as the same, since some file systems hold them so.

    Raises:
        UsageError: if a path doesn't exist, or nothing is there to read.
    """
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise UsageError(f"there is no {missing[0]}: check the path.")
    notes: list[str] = []
    files: dict[Path, Path] = {}
    for path in paths:
        found = _inside(path, suffixes) if path.is_dir() else [path]
        if not found:
            notes.append(f"{path} holds no {_listed(suffixes)} file; it is left out.")
        for file in found:
            files.setdefault(file.resolve(), file)
    if not files:
        raise UsageError(" ".join(notes) or "name a file to extract.")
    documents = tuple(_with_stems(tuple(files.values()), notes))
    return Inputs(documents, tuple(notes))


def _inside(folder: Path, suffixes: Sequence[str]) -> list[Path]:
    try:
        return sorted(
            path
            for path in folder.iterdir()
            if path.suffix.lower() in suffixes and path.is_file() and path.name[0] != "."
        )
    except OSError as error:
        raise UsageError(f"can't look into {folder}: {error.strerror or error}.") from error


def _listed(suffixes: Sequence[str]) -> str:
    return " / ".join(suffixes)


def _with_stems(files: Sequence[Path], notes: list[str]) -> Iterable[Input]:
    own = {_stem(path).casefold() for path in files}
    used: set[str] = set()
    for path in files:
        stem = plain = _stem(path)
        number = 1
        while stem.casefold() in used or (number > 1 and stem.casefold() in own):
            number += 1
            stem = f"{plain}-{number}"
        used.add(stem.casefold())
        if stem != plain:
            notes.append(
                f"{file_label(str(path))} is written as {file_label(stem)}: "
                f"another input is named {file_label(plain)} too."
            )
        yield Input(path, stem)


def _stem(path: Path) -> str:
    stem = path.stem
    while len(stem.encode("utf-8", "surrogateescape")) > _MOST_BYTES:
        stem = stem[:-1]
    return stem
