"""Rates: what a client may ask in a second, whichever gateways it asks; leased to each in small parts."""
