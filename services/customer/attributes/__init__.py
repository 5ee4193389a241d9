"""Attributes: the custom fields that are defined for customers, and the rules that their values keep."""
