"""Fact: an order, payment or return as interaction announced it, one row each, newest version only."""
