"""Retention: how long records of each kind are kept, what happens then, and whose records are on hold."""
