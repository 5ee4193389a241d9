"""Streams of customers: any number of rows in, and all that a list shows out."""
