"""Change: how a customer's value came from one day's to another's."""
