"""Membership: a customer in a group, since when, as what; and how active it is there."""
