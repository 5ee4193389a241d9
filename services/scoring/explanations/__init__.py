"""Explanation: why a score is what it is, what changed it, and what would, down to the facts behind it."""
