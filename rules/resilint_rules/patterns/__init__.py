"""Patterns that are inserted at external calls, with or without a finding: what `resilint harden` writes."""
