"""Patterns that show what happens while a peer fails."""
