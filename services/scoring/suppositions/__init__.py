"""Supposition: what a customer would be worth after days of silence, or after an order."""
