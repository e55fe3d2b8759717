"""Signed tokens: how they are decoded, and where they come from."""
