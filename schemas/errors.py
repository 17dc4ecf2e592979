"""The errors of Crossfoot, drawn as a tree.

    CrossfootError
    ├── InputError            the file itself; trying again changes nothing
    │   ├── EmptyFile
    │   ├── UnknownFormat
    │   ├── EncryptedFile
    │   ├── NoPages
    │   ├── DamagedFile
    │   └── TooLarge
    ├── UsageError            the call: a path, an option, a result file
    └── EngineError           a part of Crossfoot failed; trying again may help

Each has a category (stable, for programs), whether it may be retried, and a message that
says in one line what to do.
"""

from __future__ import annotations

from typing import ClassVar


class CrossfootError(Exception):
    """Base of every error that Crossfoot raises on purpose."""

    category: ClassVar[str] = "internal"
    retry: ClassVar[bool] = False

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InputError(CrossfootError):
    """The file can't be read as it is."""

    category = "input"


class EmptyFile(InputError):
    category = "input:empty"


class UnknownFormat(InputError):
    category = "input:format"


class EncryptedFile(InputError):
    category = "input:encrypted"


class NoPages(InputError):
    category = "input:no_pages"


class DamagedFile(InputError):
    category = "input:damaged"


class TooLarge(InputError):
    category = "input:too_large"


class UsageError(CrossfootError):
    """The call asks for something that can't be."""

    category = "usage"


class EngineError(CrossfootError):
    """A part of Crossfoot failed on an input that may well be good."""

    category = "engine"
    retry = True
