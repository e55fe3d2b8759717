"""Applying fixes to a text."""
