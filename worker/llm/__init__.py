"""A language model as one more reader: asked by blocks, grounded in ink, never believed alone."""
