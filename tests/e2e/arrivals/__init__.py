"""Mixed facts as sources send them, once in order and once as they really arrive; what is left of both."""
