"""Owns the statistics of one customer as of a day, what they become, and what they are worth. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self

import numpy as np

from services.scoring.scores.valuation import FACTORS, Model, predict
from services.scoring.states.history import DTYPE, EPOCH, History, day_number

STATISTICS = (
    "first_day",
    "last_day",
    "purchase_days",
    "repeat_days",
    "realized",
    "repeat_money",
    "cost",
    "costed",
)
_DAYS = frozenset(("first_day", "last_day"))
_NAMED = {"purchase_days": "days", "realized": "money"}  # what a history calls them


@dataclass(frozen=True, slots=True)
class Account:
    """What a customer had bought, one row of a history, seen on `day`; someone with no purchase has none."""

    history: History
    day: date

    @classmethod
    def of(cls, row: Mapping[str, Any], day: date) -> Self:
        """Return the account of a row of scores or of their history that has its statistics."""
        found = np.zeros(1, DTYPE)
        for name in STATISTICS:
            value = row[name]
            found[_NAMED.get(name, name)] = day_number(value) if name in _DAYS else float(value)
        found["orders"] = found["priced_orders"] = found["days"]
        found["group"] = row["parameter_group"] or 0
        return cls(found, day)

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - a date, a count or an amount
        """Return one of STATISTICS."""
        value = self.history[0][_NAMED.get(name, name)]
        return EPOCH + timedelta(int(value)) if name in _DAYS else value.item()

    def statistics(self) -> dict[str, Any]:
        """Return all of them by name."""
        return {name: self[name] for name in STATISTICS}

    def on(self, day: date) -> Self:
        """Return the same seen on a later day: nothing was bought in between."""
        return type(self)(self.history, day)

    def of_group(self, number: int) -> Self:
        """Return the same account of a customer of another group of parameters."""
        found = self.history.copy()
        found["group"] = number
        return type(self)(found, self.day)

    def buying(self, amount: float) -> Self:
        """Return the account with an order of `amount` more on its day; its cost is not known."""
        found, today = self.history.copy(), day_number(self.day)
        again = bool(found["last_day"][0] != today)
        found["days"] += again
        found["repeat_days"] += again
        found["money"] += amount
        if found["first_day"][0] != today:
            found["repeat_money"] += amount
        found["last_day"] = today
        return type(self)(found, self.day)


@dataclass(frozen=True, slots=True)
class Worth:
    """A predicted value with its factors, in their order, and its quantiles."""

    value: float
    factors: dict[str, float]
    p_active: float
    p10: float
    p50: float
    p90: float


def worth(model: Model, account: Account) -> Worth:
    """Return what an account is worth by a model."""
    found = predict(model, account.history, day_number(account.day))
    names = FACTORS if model.margin_rate is not None else FACTORS[:-1]
    factors = {name: float(getattr(found, name)[0]) for name in names}
    told = (float(part[0]) for part in (found.p_active, found.p10, found.p50, found.p90))
    return Worth(float(found.value[0]), factors, *told)
