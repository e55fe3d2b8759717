"""A program that sets nothing."""
