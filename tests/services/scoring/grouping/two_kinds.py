"""A base of two kinds of customers, drawn purchase by purchase: regulars of the trade, and passers-by."""

from datetime import date, timedelta

import numpy as np

from feed.consumer import Received
from tests.services.scoring.base import customer, order

FIRST, LAST = date(2025, 1, 1), date(2026, 3, 31)
SIZES = {"trade": 130, "retail": 200, "staff": 12}  # the last is too small for parameters of its own
GAPS = {"trade": 12.0, "retail": 90.0, "staff": 30.0}  # days between purchases, on average
ENDS = {"trade": (1.0, 30.0), "retail": (0.8, 2.0), "staff": (1.0, 9.0)}  # beta: who stops after a purchase
REGIONS = ("north", "south")  # mean nothing


def told() -> tuple[list[Received], list[Received]]:
    """Return the customers, each with an identity in the system of its class, and their orders."""
    draw, customers, orders = np.random.default_rng(2), [], []
    for kind, size in SIZES.items():
        for number in range(size):
            name = f"{kind}-{number}"
            described = {"customer_class": kind, "region": REGIONS[number % 2]}
            named = [{"system": kind, "kind": "", "id": name}]
            customers.append(customer(name, identities=named, **described))
            day, rate = FIRST + timedelta(int(draw.integers(0, 300))), draw.gamma(3, 1 / 3) / GAPS[kind]
            end, scale = draw.beta(*ENDS[kind]), 15 / draw.gamma(4)
            while day <= LAST:
                amount = f"{draw.gamma(4, scale) + 0.01:.2f}"
                orders.append(order(f"{name} {day}", name, day.isoformat(), amount, currency="CNY"))
                if draw.random() < end:
                    break
                day += timedelta(max(1, round(float(draw.exponential(1 / rate)))))
    return customers, orders
