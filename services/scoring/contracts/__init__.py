"""Contract: a customer's orders of something that is paid period by period, up to the last renewal."""
