"""Facts about libraries as records, and the versions for which they hold."""
