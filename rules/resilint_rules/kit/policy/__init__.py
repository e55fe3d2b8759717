"""The effective policy of a call, and what happens on each failure."""
