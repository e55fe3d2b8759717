"""Textual selection of the files and chunks that can matter, without parsing."""
