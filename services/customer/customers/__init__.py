"""Customer: a person or an organization that buys from us, or may; kept as one document with one version."""
