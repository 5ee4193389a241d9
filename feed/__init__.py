"""The feed: what changed in a service, in one order, for everybody who follows it."""
