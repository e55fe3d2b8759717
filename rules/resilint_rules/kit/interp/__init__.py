"""Abstract interpretation of functions and statements: values, frames, calls."""
