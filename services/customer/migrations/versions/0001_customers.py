"""Create customers, identities, idempotency keys and the feed."""
