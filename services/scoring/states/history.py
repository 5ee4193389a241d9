"""Owns the shape of histories: what customers had bought by a day, one row each. Pure."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

EPOCH = date(1970, 1, 1)
READ = np.dtype(
    [
        ("customer_id", "V16"),
        *(
            (name, "i8")
            for name in ("first_day", "last_day", "days", "orders", "priced_orders", "repeat_days")
        ),
        *((name, "f8") for name in ("money", "repeat_money", "cost", "costed")),
        ("facts_after", "i8"),
    ]
)
# What is read, and the group whose parameters foretell the customer: 0 is everybody's.
DTYPE = np.dtype([*((name, READ[name]) for name in READ.names or ()), ("group", "i8")])
History = NDArray[np.void]  # rows of DTYPE, named as in State; days are counted from 1970-01-01


def day_number(day: date) -> int:
    """Count the days from 1970-01-01."""
    return (day - EPOCH).days
