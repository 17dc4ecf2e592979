"""The words of the pages in the reader's language, one message file for each."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

LANGUAGES = ("zh", "en")
COOKIE = "crossfoot_language"


@cache
def messages(language: str) -> dict[str, str]:
    """Every message of the language by its key."""
    text = files("service.web").joinpath("messages", f"{language}.json").read_text("utf-8")
    held: dict[str, str] = json.loads(text)
    return held


def language_of(chosen: str | None, accepted: str) -> str:
    """The language to answer in: the one that was chosen, or the browser's first that we have.

    ``accepted`` is an ``Accept-Language`` header (RFC 9110, 12.5.4). Where it names none of
    ours, English.
    """
    if chosen in LANGUAGES:
        return chosen
    weighed: list[tuple[float, int, str]] = []
    for n, part in enumerate(accepted.split(",")):
        name, _, weight = part.partition(";q=")
        code = name.strip().lower().split("-")[0]
        if code in LANGUAGES:
            weighed.append((-_number(weight), n, code))
    return min(weighed)[2] if weighed else "en"


def _number(weight: str) -> float:
    try:
        return float(weight) if weight else 1.0
    except ValueError:
        return 0.0
