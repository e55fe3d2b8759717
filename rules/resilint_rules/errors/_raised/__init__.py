"""What handlers read of an exception: its response, and its text."""
