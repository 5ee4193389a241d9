"""Promise: what a customer, or the public, may expect, by when and from whom; and what became of it."""
