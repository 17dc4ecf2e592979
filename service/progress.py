"""A bar per document, page by page, on the terminal's error stream."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from service.plain import file_label

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID

    from service.inputs import Input


class Silent:
    """No bar: for programs, pipes and log files."""

    def page(self, document: Input, done: int, pages: int) -> None:
        """So many pages of the document are done; 0 of 0 while it is being opened."""

    def finish(self, document: Input) -> None:
        """The document is done."""

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Holds the bar back while something else is printed."""
        yield


class Bars(Silent):
    """Bars on a terminal; use as a context, and it leaves nothing behind."""

    def __init__(self, console: Console) -> None:
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
        )

        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("pages"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Bars:
        self._progress.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._progress.stop()

    def page(self, document: Input, done: int, pages: int) -> None:
        if document.stem not in self._tasks:
            name = file_label(document.path.name)
            name = name if len(name) <= 36 else f"{name[:35]}…"
            self._tasks[document.stem] = self._progress.add_task(name, total=None)
        self._progress.update(self._tasks[document.stem], completed=done, total=pages or None)

    def finish(self, document: Input) -> None:
        if document.stem in self._tasks:
            self._progress.remove_task(self._tasks.pop(document.stem))

    @contextmanager
    def aside(self) -> Iterator[None]:
        self._progress.stop()
        try:
            yield
        finally:
            self._progress.start()
