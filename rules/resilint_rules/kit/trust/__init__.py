"""Switches that turn TLS verification off."""
