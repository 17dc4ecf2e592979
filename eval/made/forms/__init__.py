"""The forms of a department's booklet, a module for each kind, and how each is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from eval.made.commission import Commission
from eval.made.forms.allocation import allocation
from eval.made.forms.balance import fiscal_appropriation, revenue_expenditure
from eval.made.forms.basic import general_public_basic
from eval.made.forms.classified import (
    expenditure,
    general_public,
    government_fund,
    revenue,
    state_capital,
)
from eval.made.forms.overall import overall_performance
from eval.made.forms.performance import project_performance
from eval.made.forms.projects import procurement, project_expenditure
from eval.made.forms.statement import statement
from eval.made.forms.three_publics import three_publics
from eval.made.table import MadeTable

MAKERS: Mapping[str, Callable[[Commission], MadeTable]] = {
    "revenue_expenditure": revenue_expenditure,
    "revenue": revenue,
    "expenditure": expenditure,
    "fiscal_appropriation": fiscal_appropriation,
    "general_public": general_public,
    "general_public_basic": general_public_basic,
    "three_publics": three_publics,
    "government_fund": government_fund,
    "state_capital": state_capital,
    "project_expenditure": project_expenditure,
    "project_performance": project_performance,
    "overall_performance": overall_performance,
    "procurement": procurement,
    "allocation": allocation,
    "statement": statement,
}
"""Every key of :data:`eval.made.spec.FORMS` and the maker of its tables."""
