"""Project roots, settings and the selection of rules."""
