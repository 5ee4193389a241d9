"""Base forecast: what all customers together will buy, and how sure that is."""
