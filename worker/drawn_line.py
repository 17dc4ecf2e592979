"""A drawn line of a page image."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """A horizontal or vertical line in pixels, at its middle; ``faint`` where it is dotted."""

    horizontal: bool
    at: float
    start: float
    end: float
    thickness: float
    faint: bool = False

    @property
    def length(self) -> float:
        return self.end - self.start
