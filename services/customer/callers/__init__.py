"""Caller: whoever may be at the other end of a phone number, and how surely."""
