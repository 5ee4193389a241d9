"""Streams: bodies and answers of any length, one JSON value a line; knows no CRM noun."""
