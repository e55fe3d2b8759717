"""Exception handlers and the classes that they catch."""
