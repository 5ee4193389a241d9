"""One package per foreign system, over the public API only."""
