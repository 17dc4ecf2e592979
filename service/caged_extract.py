"""``crossfoot extract``: reading in a cage, with a model asked where the settings name one."""

from __future__ import annotations

import hashlib
import multiprocessing.util
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from schemas.result import Result
from service.caged import desk_of
from service.caged_desk import asked_about
from service.cages import Cages
from service.extraction import Progress
from service.model import Consultant, consultant
from service.settings import Settings

_PATIENT = 10.0
"""Times as long as a service: whoever reads a file by hand sees what it does, and can stop it."""


@dataclass(frozen=True)
class CagedExtract:
    """Reads documents as the settings say; may be sent to other processes.

    ``readers`` processes share the pages of a document.
    """

    settings: Settings
    readers: int

    def __call__(self, path: Path, *, progress: Progress | None = None) -> Result:
        """Everything on the document's pages, as :func:`worker.extract.extract` gives it.

        Raises:
            CrossfootError: where the file can't be read at all.
        """
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        settings = self.settings.model_copy(
            update={
                "page_seconds": _PATIENT * self.settings.page_seconds,
                "assemble_seconds": _PATIENT * self.settings.assemble_seconds,
            }
        )
        cages = _own_cages(self.settings, self.readers)
        told = progress or (lambda _done, _pages: None)
        asks = _consultant(self.settings) if self.settings.model is not None else None
        with cages.one() as cage:
            desk = desk_of(path.absolute(), path.name, sha256, cage, settings, told, cages)
            return asked_about(desk, asks.about(sha256) if asks is not None else None)


@lru_cache(maxsize=1)
def _own_cages(settings: Settings, readers: int) -> Cages:
    """This process's cages, ended with it."""
    cages = Cages(settings, readers)
    # Where a process of a pool ends, what `atexit` holds is not called.
    multiprocessing.util.Finalize(None, cages.close, exitpriority=10)
    return cages


@lru_cache(maxsize=1)
def _consultant(settings: Settings) -> Consultant | None:
    """One for each process, so that its connections and rates last."""
    return consultant(settings)
