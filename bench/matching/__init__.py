"""Matching measured: a labelled set of customers, and what our scorer and splink find in it."""
