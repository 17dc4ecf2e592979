"""Other tools on the same pages, scored by the same scorers where their output allows."""
