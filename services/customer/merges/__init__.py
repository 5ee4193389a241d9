"""Merge: several records that turn out to be one customer, folded into one of them; it can be undone."""
