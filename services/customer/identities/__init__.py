"""Identity: the name under which another system knows a customer; unique per system and kind."""
