"""Calls: what the telephone system tells of each call, and the call that its events add up to."""
