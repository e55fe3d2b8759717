"""A program that limits all of its connections where it starts."""
