"""Decoding: the most probable joint reading that the sums of a booklet allow."""
