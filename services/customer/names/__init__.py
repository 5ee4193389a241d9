"""Names: the forms in which people write one name, and by which it is found and compared."""
