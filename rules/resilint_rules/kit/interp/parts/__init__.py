"""Parts of the interpreter that need no others of it: operators and literals, and what is entered."""
