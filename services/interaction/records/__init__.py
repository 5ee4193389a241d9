"""Records: the one way in which facts of any kind are written, single or in batches."""
