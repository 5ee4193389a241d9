"""Score history: what was said of a customer's value when, append-only, with what it was computed from."""
