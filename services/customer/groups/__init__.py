"""Group: a club, a user group, an association of customers, which keeps relations alive."""
