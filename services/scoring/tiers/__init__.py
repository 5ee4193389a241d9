"""Tier: the value pyramid of the customers who have bought."""
