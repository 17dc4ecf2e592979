"""Runs: a suite of documents read and scored, kept on disk, compared, reported and gated."""
