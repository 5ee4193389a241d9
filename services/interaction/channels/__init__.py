"""Channels: the catalogue of ways in which contacts take place, and a firm's own additions to it."""
