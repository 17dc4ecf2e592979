"""Budgets of made-up departments: values, print, pages and gold, all out of a seed."""
