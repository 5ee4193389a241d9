"""Changes: the feeds of all services as one, under one cursor; order holds inside a source."""
