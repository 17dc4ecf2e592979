"""The official forms, one module each; adding a form is adding a module with a ``FORM``."""

from __future__ import annotations

import importlib
import pkgutil

from schemas.forms.form import Form


def known_forms() -> tuple[Form, ...]:
    """Every form of this package, by module name."""
    names = sorted(
        module.name for module in pkgutil.iter_modules(__path__) if module.name != "form"
    )
    return tuple(importlib.import_module(f"{__name__}.{name}").FORM for name in names)
