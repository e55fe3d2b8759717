"""Notebooks that are open in an editor."""
