"""Fact: what interaction announced of an order and its money, one row each, newest version only."""
