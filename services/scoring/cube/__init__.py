"""Cube: what was sold by month, product, place, seller and class of customer, kept up as facts change."""
