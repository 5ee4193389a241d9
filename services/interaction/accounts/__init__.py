"""Accounts: what customers owe for their orders, exactly, in the currencies in which it is owed."""
