"""Costs: what the firm paid for its customers, for one of them or shared by many."""
