"""What is measured: one module for each score, and what pools them over documents."""
