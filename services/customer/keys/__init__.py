"""Keys: the exact words that a customer is found by, made anew whenever it is written."""
