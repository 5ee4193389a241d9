"""Benchmarks: the running system measured beside the limits of its own database, with ratios and goals."""
