"""The version, as a literal: asking the package metadata would cost five empty interpreters."""

__version__ = "0.1.0"
