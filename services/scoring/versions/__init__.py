"""Estimator version: one fit of one estimator, kept for ever, so that any score can be traced to it."""
