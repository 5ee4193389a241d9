"""Consumption structure: what was sold, crossed by two dimensions: shares, growth, mix, and why."""
