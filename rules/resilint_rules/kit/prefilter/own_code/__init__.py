"""What matters in a text by itself, whether or not it names a library: coroutines, comparisons of secrets."""
