"""Source keys: the names that records have in the systems they come from, unique per system and kind."""
