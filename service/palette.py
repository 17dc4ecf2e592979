"""What each verdict looks like, the same on paper, in a workbook and in the terminal."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.result import CheckStatus, Verdict


@dataclass(frozen=True, slots=True)
class Look:
    """``fill`` and ``ink`` are ``#RRGGBB``; ``style`` is rich's; ``mark`` is one character.

    The mark says the same as the colour, for those who see no colours.
    """

    fill: str
    ink: str
    style: str
    mark: str
    meaning: str


VERDICTS: dict[Verdict, Look] = {
    "proved": Look("#E2F0D9", "#2E7D32", "green", "✓", "its sums hold, no other reading would"),
    "accepted": Look("#DDEBF7", "#1565C0", "", " ", "read with certainty"),
    "repaired": Look("#E4D7F5", "#6A1B9A", "magenta", "*", "mended: the only reading that adds up"),
    "doubtful": Look("#FFE699", "#D35400", "bold yellow", "?", "a person must look"),
    "source_error": Look("#F8CBAD", "#C2185B", "bold red", "!", "printed so, and does not add up"),
    "human": Look("#CCECEC", "#00796B", "cyan", "h", "entered or confirmed by a person"),
}

CHECKS: dict[CheckStatus, Look] = {
    "pass": Look("#E2F0D9", "#2E7D32", "green", "✓", "holds"),
    "rounding": Look("#FFF2CC", "#B7950B", "yellow", "≈", "differs by rounding"),
    "fail": Look("#F8CBAD", "#C62828", "bold red", "✗", "does not hold"),
    "not_applicable": Look("#EDEDED", "#757575", "dim", "–", "could not be checked"),
}
