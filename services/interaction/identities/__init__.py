"""Who a reference means: the projection of customer's identities, and provisional ids for strangers."""
