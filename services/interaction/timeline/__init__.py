"""The timeline: everything that passed between a customer and the firm, newest first."""
