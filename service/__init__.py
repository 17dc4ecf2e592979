"""The doors: the command line, the exports and the pictures that a person looks at."""
