"""How many characters must change to make one text of another."""

from __future__ import annotations


def edits(left: str, right: str) -> int:
    """The least number of insertions, deletions and substitutions (Levenshtein, 1966).

    The bit-parallel method of Myers (1999) in the form of Hyyrö (2003): one step for each
    character of ``right``, all of ``left`` held in the bits of one number.
    """
    if not left or not right:
        return len(left) + len(right)
    places: dict[str, int] = {}
    for at, character in enumerate(left):
        places[character] = places.get(character, 0) | 1 << at
    every, last = (1 << len(left)) - 1, 1 << (len(left) - 1)
    rises, falls, distance = every, 0, len(left)
    for character in right:
        here = places.get(character, 0)
        kept = (((here & rises) + rises) ^ rises) | here | falls
        across_up = falls | ~(kept | rises) & every
        across_down = rises & kept
        distance += bool(across_up & last) - bool(across_down & last)
        across_up = across_up << 1 | 1
        across_down <<= 1
        rises = (across_down | ~(kept | across_up)) & every
        falls = across_up & kept & every
    return distance
