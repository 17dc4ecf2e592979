"""Taking an upload off the wire: each file straight to disk, its bytes counted as they come.

Nothing about sizes is believed, neither the header's nor the form's; what is over a limit is
cut off there and then, and leaves no file behind.
"""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from service.settings import MIB, Settings
from service.web.problems import Refusal

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

_LONGEST_FIELD = 4096
_MOST_FIELDS = 20


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file of an upload: the name the sender gave it, where it lies, its hash and size."""

    name: str
    path: Path
    sha256: str
    size: int


@dataclass(slots=True)
class Received:
    """The files and the other fields of a form."""

    files: list[ReceivedFile] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)

    def fingerprint(self) -> str:
        """A hash of all that was sent."""
        seen = [f"{f.name}\0{f.sha256}" for f in self.files]
        seen += [f"{key}\0{value}" for key, value in sorted(self.fields.items())]
        return hashlib.sha256("\1".join(seen).encode("utf-8", "replace")).hexdigest()


async def receive(request: Request, folder: Path, settings: Settings) -> Received:
    """The form of ``request``, its files in ``folder``.

    Raises:
        Refusal: if it is no form, is over a limit, or comes too slowly.
    """
    form = _Form(folder, settings)
    parser = MultipartParser(_boundary(request), form.callbacks())
    try:
        async with asyncio.timeout(settings.upload_seconds):
            async for chunk in _bounded(request, settings.upload_mib * MIB):
                await asyncio.to_thread(parser.write, chunk)
        parser.finalize()
    except TimeoutError as error:
        raise Refusal(
            408, "upload:slow", "the upload took too long: send fewer files at once."
        ) from error
    except FormParserError as error:
        raise Refusal(400, "upload:form", f"the form can't be read: {error}.") from error
    except ClientDisconnect as error:
        raise Refusal(400, "upload:cut", "the upload was cut off.") from error
    finally:
        form.close()
    if not form.ended:
        raise Refusal(400, "upload:cut", "the upload ended before its form did: send it again.")
    return form.received


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary or len(boundary) > 200:
        raise Refusal(
            415,
            "upload:form",
            "send the files as multipart/form-data, each in a part named “files”.",
        )
    return boundary


async def _bounded(request: Request, most: int) -> AsyncIterator[bytes]:
    count = 0
    async for chunk in request.stream():
        count += len(chunk)
        if count > most:
            raise Refusal(
                413,
                "upload:too_large",
                f"one upload may have {most // MIB} MiB: send fewer files at once, or raise "
                "CROSSFOOT_UPLOAD_MIB.",
                headers={"Connection": "close"},
            )
        if chunk:
            yield chunk


class _Form:
    """What the parser calls back: one part after another becomes a file or a field."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self._folder, self._settings = folder, settings
        self.received, self.ended = Received(), False
        self._header: list[bytearray] = [bytearray(), bytearray()]
        self._options: dict[bytes, bytes] = {}
        self._file: IO[bytes] | None = None
        self._hash, self._size = hashlib.sha256(), 0
        self._value = bytearray()

    def callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._part_begin,
            "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._part_data,
            "on_part_end": self._part_end,
            "on_end": self._end,
        }

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _part_begin(self) -> None:
        self._options = {}

    def _header_end(self) -> None:
        if self._header[0].lower() == b"content-disposition":
            self._options = parse_options_header(bytes(self._header[1]))[1]
        self._header = [bytearray(), bytearray()]

    def _headers_finished(self) -> None:
        self._hash, self._size, self._value = hashlib.sha256(), 0, bytearray()
        if self._options.get(b"name") == b"files" and b"filename" in self._options:
            if len(self.received.files) >= self._settings.upload_files:
                raise Refusal(
                    413,
                    "upload:too_many",
                    f"one upload may have {self._settings.upload_files} files: send an archive.",
                )
            self._file = tempfile.NamedTemporaryFile(dir=self._folder, delete=False)  # noqa: SIM115
        elif b"filename" in self._options:
            raise Refusal(
                400,
                "upload:form",
                "a file came in a field of another name: files belong in the field “files”.",
            )
        elif len(self.received.fields) >= _MOST_FIELDS:
            raise Refusal(413, "upload:form", f"the form has more than {_MOST_FIELDS} fields.")

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        self._size += end - start
        if self._file is None:
            if self._size > _LONGEST_FIELD:
                raise Refusal(413, "upload:form", "a field of the form is too long.")
            self._value += data[start:end]
            return
        if self._size > max(self._settings.file_mib, self._settings.archive_mib) * MIB:
            raise Refusal(413, "upload:too_large", "a file is larger than any that is read.")
        piece = data[start:end]
        self._hash.update(piece)
        self._file.write(piece)

    def _part_end(self) -> None:
        name = self._options.get(b"name", b"").decode("utf-8", "replace")
        if self._file is None:
            self.received.fields[name[:100]] = bytes(self._value).decode("utf-8", "replace")
            return
        path = Path(self._file.name)
        self._file.close()
        self._file = None
        told = self._options.get(b"filename", b"").decode("utf-8", "replace")
        self.received.files.append(
            ReceivedFile(told or "unnamed", path, self._hash.hexdigest(), self._size)
        )

    def _end(self) -> None:
        self.ended = True
