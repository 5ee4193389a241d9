"""What the customers are worth, and why."""
