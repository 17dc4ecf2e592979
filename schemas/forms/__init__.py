"""The official forms, one module each; adding a form is adding a module with a ``FORM``."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from schemas.forms.form import Form

_NO_FORMS = ("form", "usual")


@cache
def known_forms() -> tuple[Form, ...]:
    """Every form of this package, by module name."""
    names = sorted(
        module.name for module in pkgutil.iter_modules(__path__) if module.name not in _NO_FORMS
    )
    return tuple(importlib.import_module(f"{__name__}.{name}").FORM for name in names)


def form_of(key: str) -> Form | None:
    """The form with this key, None for ``generic``."""
    return next((form for form in known_forms() if form.key == key), None)
