"""Fixes for loops that repeat requests by hand: they let out what stays, wait as long as the peer asks, and end."""
