"""Fact: an order, payment, return or credit note as interaction announced it, one row each, newest version only."""
