"""Text without meaning: coordinates, lexer, chunks, trees. Knows nothing of the packages above."""
