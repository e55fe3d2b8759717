"""Errors that end a run."""

from __future__ import annotations


class RunError(Exception):
    """The run itself fails; the message says why and names the way out."""
