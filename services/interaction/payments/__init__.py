"""Payments: what a customer paid, for an order or on account; a negative amount is a refund."""
