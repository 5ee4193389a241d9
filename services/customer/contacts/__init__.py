"""Contacts: one contact point or one address of a customer, edited by its id; and who holds them."""
