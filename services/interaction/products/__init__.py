"""Products: what is sold, as the system that owns the catalogue names it."""
