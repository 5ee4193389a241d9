"""Custom field: a definition of an attribute of customers; its rules are in `attributes`."""
