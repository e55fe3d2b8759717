"""Baseline files and how findings are matched with them."""
