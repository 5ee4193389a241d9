"""Credit notes: money that a customer need not pay after all."""
