"""Grouping: which group's parameters each customer has, read from how customer describes them."""
