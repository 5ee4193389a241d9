"""Product: what is sold, as interaction tells of it; interaction owns the catalogue."""
