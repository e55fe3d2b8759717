"""Where a function is called from, and which addresses leave the machine."""
