"""Addresses: what each country writes in one, in what order, and what is certainly wrong there."""
