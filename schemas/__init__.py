"""What things are: pages, tokens, amounts, grids, drafts, checks and results.

This package imports the standard library and pydantic only; every other room of the
house imports it.
"""
