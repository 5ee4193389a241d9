"""Consumption structure: what was sold, crossed by two dimensions, with shares, growth, mix and its reasons."""
