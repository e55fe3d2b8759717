"""Calls without a limit, and functions that pass on what their callers decide."""
