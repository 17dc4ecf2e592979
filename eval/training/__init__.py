"""Making and training Crossfoot's own reader of figures; see docs/figure-reader.md."""
