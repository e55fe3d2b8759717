"""Answers of webhooks: when they leave, and what they say of the work."""
