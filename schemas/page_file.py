"""A page as read, as bytes that another process or a later day can read again."""

from __future__ import annotations

import zlib

from pydantic import TypeAdapter, ValidationError

from schemas.errors import EngineError
from schemas.page import PageText

_MAGIC = b"CFP2"
_LARGEST = 256 * 1024 * 1024  # bytes of one page; a full page of a real booklet has under 1 MB
_PAGE: TypeAdapter[PageText] = TypeAdapter(PageText)


def page_bytes(page: PageText) -> bytes:
    """The page as compressed JSON; the same page gives the same bytes."""
    return _MAGIC + zlib.compress(_PAGE.dump_json(page), 6)


def page_of(content: bytes) -> PageText:
    """The page that :func:`page_bytes` wrote.

    Raises:
        EngineError: if the bytes are no page of this version.
    """
    if not content.startswith(_MAGIC):
        raise EngineError("a page as read is of another version: run the document again.")
    inflate = zlib.decompressobj()
    try:
        held = inflate.decompress(content[len(_MAGIC) :], _LARGEST)
        if not inflate.eof:
            raise EngineError("a page as read is cut off or too large: run the document again.")
        return _PAGE.validate_json(held)
    except (zlib.error, ValidationError) as error:
        raise EngineError("a page as read can't be read back: run the document again.") from error
