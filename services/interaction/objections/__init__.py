"""Objection: what a customer held against a deal, which methods were tried on it, and which worked."""
