"""Text edits that rules offer as fixes."""
