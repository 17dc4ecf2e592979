"""The documents of a run: named, found or made again, with their gold."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Literal

from eval.gold import Gold, load_gold, result_gold
from eval.levels import LEVELS, age
from eval.made.document import make_document
from eval.made.spec import MadeSpec, draw_spec
from schemas.errors import UsageError
from schemas.result import Result
from worker.pdf import open_document

Kind = Literal["made", "example", "real"]

ROOT = Path(__file__).resolve().parents[2]
DATA_VARIABLE = "CROSSFOOT_SHARED_DATA"
AS_IT_IS = "text"
"""The level of a born-digital document that is read as it is."""
SCANNED = "scan"
"""The level of a true scan."""
UNSPOILT = (AS_IT_IS, "clean")
"""The levels at which print is as good as new."""


@dataclass(frozen=True, slots=True)
class Document:
    """What names a document for good: the same value gives the same bytes and the same gold.

    ``level`` is ``text`` or ``scan`` for a file read as it is, else the level that it is
    aged to. ``source`` is the file's name, "" where the document is made from ``seed``.
    ``gold`` are the names of its gold files; ``form`` names the form of a made document of
    one short table.
    """

    kind: Kind
    level: str
    seed: int = 0
    source: str = ""
    gold: tuple[str, ...] = ()
    form: str = ""

    @property
    def name(self) -> str:
        """A name that is unique in a run and good for a file."""
        stem = Path(self.source).stem if self.source else f"{self.seed:05d}"
        stem += f"-{self.form}" if self.form else ""
        return f"{self.kind}-{stem}.{self.level}"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document at hand: its file, and what is truly printed in it.

    ``truth`` is the gold in the result format, None where the gold is of another kind;
    ``boxes`` says that its boxes are those of this file, and not of another print of it.
    ``digest`` is the SHA-256 of all that the gold is made of.
    """

    path: Path
    gold: Gold
    truth: Result | None
    digest: str
    boxes: bool = False

    @property
    def forms(self) -> dict[str, str]:
        """The form of each true table, by the table's id."""
        return {table.id: table.form for table in self.truth.tables} if self.truth else {}


def prepare(document: Document, folder: Path) -> Prepared:
    """The document, written into ``folder`` where it has to be made."""
    if document.kind == "made":
        return _made(document, folder / f"{document.name}.pdf")
    home = examples_folder() if document.kind == "example" else real_folder()
    path = home.documents / document.source
    files = [home.gold / name for name in document.gold]
    truth = _truth(files)
    digest = _digest(file.read_bytes() for file in files)
    boxes = truth is not None and truth.document.sha256 == _digest([path.read_bytes()])
    if document.level not in (AS_IT_IS, SCANNED):
        aged = age(path.read_bytes(), truth, document.level, document.seed)
        path = folder / f"{document.name}.pdf"
        path.write_bytes(aged.pdf)
        truth = aged.truth
    gold = load_gold(files) if truth is None else result_gold(truth)
    return Prepared(path, gold, truth, digest, boxes)


def _made(document: Document, path: Path) -> Prepared:
    """The document made of its seed, written to ``path``; its gold is that of the clean print."""
    spec = _short(document.seed, document.form) if document.form else None
    printed = make_document(document.seed, spec)
    pdf, truth = printed.pdf, printed.gold
    if document.level != AS_IT_IS:
        aged = age(pdf, truth, document.level, document.seed)
        pdf, truth = aged.pdf, aged.truth or truth
    path.write_bytes(pdf)
    digest = _digest([printed.gold.model_dump_json().encode()])
    return Prepared(path, result_gold(truth, placed=True), truth, digest, boxes=True)


def _short(seed: int, form: str) -> MadeSpec:
    """One short table of the form, in the print and layout that the seed draws."""
    return replace(draw_spec(seed, form), forms=(form,), length="short", prose=False, empty=False)


def _truth(files: Sequence[Path]) -> Result | None:
    """The gold as a result, where it is one file in the result format."""
    if len(files) != 1 or files[0].suffix != ".json":
        return None
    if "schema_version" not in json.loads(files[0].read_text(encoding="utf-8")):
        return None
    return Result.model_validate_json(files[0].read_bytes())


def _digest(parts: Iterable[bytes]) -> str:
    digest = sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Home:
    """Where documents and their gold are kept."""

    documents: Path
    gold: Path


def examples_folder() -> Home:
    return Home(ROOT / "examples", ROOT / "examples" / "gold")


def real_folder() -> Home:
    """The folder of real documents: the variable's, else beside the project.

    Raises:
        UsageError: where there is none.
    """
    home = Path(os.environ.get(DATA_VARIABLE, ROOT.parent / "shared" / "data"))
    if not (home / "documents").is_dir():
        raise UsageError(
            f"there is no folder of real documents at {home}: "
            f"set {DATA_VARIABLE} to a folder that holds documents/ and gold/."
        )
    return Home(home / "documents", home / "gold")


def found(home: Home, kind: Kind) -> list[Document]:
    """Every document of the folder that has gold, read as it is.

    The gold of ``NAME.pdf`` are the files ``NAME.json`` and ``NAME.*``; a ``NAME-scan.pdf``
    without gold of its own has that of ``NAME``.
    """
    documents = []
    for path in sorted(home.documents.glob("*.pdf")):
        gold = _gold_of(path.stem, home) or _gold_of(path.stem.removesuffix("-scan"), home)
        if gold:
            documents.append(Document(kind, _own_level(path), source=path.name, gold=gold))
    return documents


def _gold_of(stem: str, home: Home) -> tuple[str, ...]:
    names = sorted(file.name for file in home.gold.iterdir() if file.is_file())
    return tuple(name for name in names if name.startswith(f"{stem}."))


def _own_level(path: Path) -> str:
    """``text`` where some page has a text layer that can be trusted, else ``scan``."""
    with open_document(path) as opened:
        judged = (opened.judge(index).source for index in range(opened.page_count))
        return AS_IT_IS if "text" in judged else SCANNED


def known_levels() -> tuple[str, ...]:
    """All levels that a run may be held to, from the best paper to the worst; scans last."""
    return (AS_IT_IS, *LEVELS, SCANNED)
