"""Time limits: values, where they come from, and which one is in effect."""
