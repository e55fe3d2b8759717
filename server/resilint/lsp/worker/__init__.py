"""What runs in the analysing child process of the language server."""
