"""Files, globs, ignore files and git."""
