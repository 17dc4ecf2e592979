"""HTML out of elements: whatever is not made here is text and is escaped."""

from __future__ import annotations

from html import escape


class Html(str):
    """Text that is HTML already; only :func:`tag` and :func:`joined` make it."""

    __slots__ = ()


def tag(name: str, *children: str | Html, **attributes: str | float | None) -> Html:
    """The element; attributes that are None are left out, ``class_`` is ``class``.

    Underlines in the names of attributes stand for hyphens.
    """
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_plain(value), quote=True)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _EMPTY:
        return Html(f"<{name}{told}>")
    return Html(f"<{name}{told}>{joined(*children)}</{name}>")


def joined(*parts: str | Html) -> Html:
    """The parts one after the other; those that are no HTML are escaped."""
    return Html("".join(part if isinstance(part, Html) else escape(part) for part in parts))


_EMPTY = frozenset({"meta", "img", "br", "hr"})


def _plain(value: str | float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
