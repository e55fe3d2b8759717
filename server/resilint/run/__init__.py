"""A run over files: plan, worker processes, cache."""
