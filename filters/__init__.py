"""Filters: trees of predicates over allow-listed fields, read from JSON and asked of the database."""
