"""Contacts: one contact point or one address of a customer, added, edited or removed by its id."""
