"""Versions of installed libraries from lock files."""
