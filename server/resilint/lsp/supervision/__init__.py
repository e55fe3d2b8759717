"""Watching other processes: the worker, by its time and memory, and the editor, by its end."""
