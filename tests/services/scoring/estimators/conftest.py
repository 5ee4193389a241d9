"""The CDNOW sample as the literature uses it: fitted up to 1997-09-30, checked on the 39 weeks after."""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from services.scoring.estimators.histogram import Floats, Ints
from services.scoring.estimators.summary import Summary, summarise

SAMPLE = Path(__file__).parents[4] / "examples" / "cdnow" / "cdnow_sample.csv"
UNTIL = date(1997, 9, 30).toordinal()


@dataclass(frozen=True, slots=True)
class Cdnow:
    """Customers' numbers, their histories, and their purchase days in the hold-out."""

    customers: Ints
    summary: Summary
    later: Ints


@pytest.fixture(scope="session")
def transactions() -> tuple[Ints, Ints, Floats]:
    """Customer, day and amount of each row of the sample."""
    with SAMPLE.open(newline="") as file:
        rows = list(csv.DictReader(file))
    customer = np.array([int(row["customer_id"]) for row in rows])
    day = np.array([date.fromisoformat(row["date"]).toordinal() for row in rows])
    return customer, day, np.array([float(row["amount"]) for row in rows])


@pytest.fixture(scope="session")
def cdnow(transactions: tuple[Ints, Ints, Floats]) -> Cdnow:
    """The sample, summarised."""
    customer, day, _ = transactions
    customers, summary = summarise(*transactions, until=UNTIL)
    after = np.unique(np.stack([customer, day])[:, day > UNTIL], axis=1)
    later = np.bincount(np.searchsorted(customers, after[0]), minlength=len(customers))
    return Cdnow(customers, summary, later)
