"""Campaign: which orders each may claim, as interaction attributes them."""
