"""Retry policies, transports and loops around external calls."""
