"""Patterns that keep a peer that fails from taking its callers with it."""
