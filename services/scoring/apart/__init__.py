"""Apart: computing in a process of its own, so that requests, feeds and leases stay fast beside it."""
