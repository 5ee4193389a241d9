"""Lifecycle: which phase a relation is in, since when, by which rule, and how it came there."""
