"""Evidence: the facts behind a customer's figures, each with the address of its record."""
