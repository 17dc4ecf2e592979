"""How a document is to be read: what a person may choose when it is read again."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class RunSettings(BaseModel):
    """What differs from the ordinary way; nothing, by default.

    ``pages``: ``scan`` reads every page off its picture, also where the file brings a text
    layer: for files whose text layer says other things than the page shows. ``effort``:
    ``thorough`` searches for readings that add up ten times as long before it asks a person.
    ``model``: less than the service's own setting of what a language model may be asked about;
    ``confidential``: nothing of the document may leave for a model, whatever else is set.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    pages: Literal["auto", "scan"] = "auto"
    effort: Literal["normal", "thorough"] = "normal"
    model: Literal["off", "structure", "assist", "always"] | None = None
    confidential: bool = False
