"""Repetition without an end: what is meant so, refusals that are repeated, and functions that call themselves again."""
