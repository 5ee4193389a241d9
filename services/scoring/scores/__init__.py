"""Score: what one customer is worth as of a day, realized and predicted, and why."""
