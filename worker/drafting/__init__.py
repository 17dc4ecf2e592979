"""The parts of drafting: how a stitched table becomes a form with promised sums."""
