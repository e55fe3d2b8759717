"""Modules of the checked project: their symbols, and how imports resolve."""
