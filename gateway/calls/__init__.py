"""Calls for who answers them: what rings, and what was missed, with everybody who shares the number."""
