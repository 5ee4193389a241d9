"""Drift: whether customers still do what the parameters in use expect, and are still the same kind."""
