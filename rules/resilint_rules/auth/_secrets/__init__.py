"""Credentials that are compared, sent or written somewhere."""
