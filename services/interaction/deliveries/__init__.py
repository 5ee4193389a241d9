"""Deliveries: what was promised for a day and what came when, in as many parts as it takes."""
