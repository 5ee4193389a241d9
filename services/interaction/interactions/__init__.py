"""Interactions: each contact between a customer and the firm, through one channel, in one direction."""
