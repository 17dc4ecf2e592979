"""How well Crossfoot reads and how fast: gold, a scanner of our own, scores, measurements."""
