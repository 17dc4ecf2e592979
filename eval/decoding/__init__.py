"""Measuring the decoder alone: made tables as a worn-out reader would see them, no pages."""
