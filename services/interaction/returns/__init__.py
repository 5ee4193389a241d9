"""Returns: what a customer brought back, of an order or without naming one."""
