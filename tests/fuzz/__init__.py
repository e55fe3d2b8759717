"""Damaged and unusual texts, checked and fixed."""
