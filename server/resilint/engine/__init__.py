"""The pure check function, incremental checks, fingerprints and explanations."""
