"""Orders: what a customer bought, one document with its lines."""
