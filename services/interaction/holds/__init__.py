"""Holds: customers of whom nothing goes, whatever rules of retention say."""
