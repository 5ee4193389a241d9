"""Kept records: what every small record of a service has, and how it is read, written and told of."""
