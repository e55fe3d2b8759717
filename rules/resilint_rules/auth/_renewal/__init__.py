"""Access tokens that end: when they are renewed, and by what."""
