"""Owns the value of customers: realized and predicted money, with the factors that multiply to it. Pure."""

from dataclasses import dataclass, fields, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from services.scoring.estimators.bygroup import ByGroup
from services.scoring.estimators.forecast import forecast
from services.scoring.estimators.gammagamma import GammaGamma
from services.scoring.estimators.intervals import quantiles
from services.scoring.estimators.summary import Summary
from services.scoring.estimators.timing import Timing
from services.scoring.states.history import History

Floats = NDArray[np.float64]
FACTORS = ("p_alive", "purchases_if_alive", "spend_per_purchase", "margin_rate")


@dataclass(frozen=True, slots=True)
class Prediction:
    """What customers will bring in 12 months, arrays of one length: value = product of the four factors.

    Money is in the currency of the histories; p10, p50, p90 are of the value.
    """

    p_alive: Floats
    purchases_if_alive: Floats
    spend_per_purchase: Floats
    margin_rate: Floats
    value: Floats
    p_active: Floats
    p10: Floats
    p50: Floats
    p90: Floats


@dataclass(frozen=True, slots=True)
class Model:
    """Fitted estimators, and the firm's own margin rate (null when no order has a cost).

    `groups`: the parameters by group, where they differ; `timing` is then that of everybody else.
    """

    timing: Timing
    spend: GammaGamma
    margin_rate: float | None
    groups: ByGroup | None = None


def summary(history: History, until: int) -> Summary:
    """Return the estimators' view: every purchase day counts for timing, mean spend is of the priced ones."""
    x = history["days"] - 1
    spend = np.divide(
        history["repeat_money"],
        history["repeat_days"],
        out=np.zeros(len(x)),
        where=history["repeat_days"] > 0,
    )
    first = history["first_day"]
    return Summary(x, history["last_day"] - first, until - first, spend)


def firm_margin(history: History) -> float | None:
    """Return the margin rate over all orders whose cost is known, None when there are none."""
    costed = float(history["costed"].sum())
    return 1 - float(history["cost"].sum()) / costed if costed > 0 else None


def predict(model: Model, history: History, until: int) -> Prediction:
    """Predict for customers with a purchase, each by the parameters of its group.

    One without known costs has the firm's margin rate.
    """
    if model.groups is None:
        return _alike(model, history, until)
    found = Prediction(*(np.empty(len(history)) for _ in fields(Prediction)))
    for _, rows, timing in model.groups.split(history["group"]):
        part = _alike(replace(model, timing=timing), history[rows], until)
        for field in fields(Prediction):
            getattr(found, field.name)[rows] = getattr(part, field.name)
    return found


def _alike(model: Model, history: History, until: int) -> Prediction:
    """Predict for customers with the same parameters."""
    seen = summary(history, until)
    seen = Summary(seen.x, seen.t_x, seen.age, _consistent(model.spend, history, seen))
    found, spread = forecast(model.timing, model.spend, seen), quantiles(model.timing, model.spend, seen)
    margin = _margins(model, history)
    value = found.p_alive * found.purchases_if_alive * found.value_per_purchase * margin
    low, middle, high = np.sort(spread * margin[:, None], axis=1).T
    return Prediction(
        found.p_alive,
        found.purchases_if_alive,
        found.value_per_purchase,
        margin,
        value,
        found.p_active,
        *(np.ascontiguousarray(part) for part in (low, middle, high)),
    )


def population(prediction: Prediction) -> dict[str, float]:
    """Return the base's own factors, which multiply to its mean value."""
    alive = prediction.p_alive
    bought = alive * prediction.purchases_if_alive
    spent = bought * prediction.spend_per_purchase
    steps = [float(part.mean()) for part in (np.ones_like(alive), alive, bought, spent, prediction.value)]
    factors = (now / before if before else 0.0 for before, now in pairwise(steps))
    return dict(zip(FACTORS, factors, strict=True))


def _margins(model: Model, history: History) -> Floats:
    if model.margin_rate is None:
        return np.ones(len(history))
    known = history["costed"] > 0
    rate = 1 - np.divide(history["cost"], history["costed"], out=np.zeros(len(history)), where=known)
    return np.where(known, rate, model.margin_rate)


def _consistent(spend: GammaGamma, history: History, seen: Summary) -> Floats:
    """Return mean spends that, over all x repeat days, say what the priced ones do about the next purchase.

    Solves p(v + x·m')/(px + q − 1) = E[spend | priced days] for m'; m' is the mean itself when all are
    priced.
    """
    priced, x = history["repeat_days"], seen.x
    expected = spend.expected_spend(priced, seen.spend)
    told = (expected * (spend.p * x + spend.q - 1) / spend.p - spend.v) / np.maximum(x, 1)
    return np.asarray(np.where((priced == x) | (x == 0), seen.spend, np.maximum(told, 0)), np.float64)
