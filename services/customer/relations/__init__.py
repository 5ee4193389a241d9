"""Relation: a typed, directed tie between two customers, from a day to a day."""
