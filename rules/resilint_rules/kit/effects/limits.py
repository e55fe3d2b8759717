"""How far effects are followed: a question that leads further is answered with "not complete"."""

from __future__ import annotations

DEPTH = 5
"""Calls between a function and an external call that it reaches."""
FUNCTIONS = 100
"""Functions that are looked at for one checked module."""
CALLS = 24
"""External calls that one summary holds; those with the shortest paths are kept."""
