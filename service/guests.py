"""Commands that other rooms bring along: found by name when called, never imported here.

A room above this one, such as the measuring room, may have commands of its own. It declares
them as entry points of the group ``crossfoot.commands``; each is a function from the words
after the command's name to an exit code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.metadata import entry_points

GROUP = "crossfoot.commands"

Guest = Callable[[Sequence[str]], int]


def guest(name: str) -> Guest | None:
    """The command of that name, None where nobody brought one."""
    for point in entry_points(group=GROUP, name=name):
        command: Guest = point.load()
        return command
    return None


def guest_names() -> tuple[str, ...]:
    """The names of all such commands, in order."""
    return tuple(sorted({point.name for point in entry_points(group=GROUP)}))
