"""Identity: under which ids a customer's facts arrived, who owns it, and how other systems name it."""
