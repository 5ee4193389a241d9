"""Duplicates: who is probably the same customer, why, and what people decided about it."""
