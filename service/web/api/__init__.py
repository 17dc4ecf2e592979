"""The interface for programs: routes, and the models of what they take and give."""
