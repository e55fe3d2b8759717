"""Loops written by hand that repeat requests: which there are, and how they end."""
