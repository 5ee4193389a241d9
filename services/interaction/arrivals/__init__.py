"""What is new in interaction's own feed, for the tables that are kept from facts."""
