"""Owns what a forecast of the base computes from histories, their tiers and two fits. Pure."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from services.scoring import estimators
from services.scoring.apart.process import Arrays
from services.scoring.estimators.fitting import Fit, Status
from services.scoring.estimators.forecast import Horizon
from services.scoring.estimators.summary import Summary
from services.scoring.estimators.total import Total, total, total_purchases
from services.scoring.scores.ranking import TIERS
from services.scoring.scores.valuation import summary

SPEND = "gamma_gamma"
KEYS: Mapping[str, Mapping[str | None, tuple[int, ...]]] = {
    "nothing": {},
    "tier": {tier: (at,) for at, tier in enumerate(TIERS, 1)},
    "segment": {"key": (1, 2), "ordinary": (3,), "small": (4,)},
}


def work(head: dict[str, Any], arrays: Arrays) -> tuple[dict[str, Any], Arrays]:
    """Forecast everybody, and each group; arrays are the histories and the number of each one's tier.

    head: `timing` and `spend` {kind, parameters, covariance}, `as_of` (days from 1970), `weeks`, `by`,
    `discount`, `margin`. Values are numbers.
    """
    history, tier = arrays
    fits = _fit(estimators.ESTIMATORS, head["timing"]), _fit(estimators.SPEND_ESTIMATORS, head["spend"])
    horizon = Horizon(head["weeks"], head["discount"], head["margin"])
    groups: dict[str | None, tuple[int, ...]] = {None: tuple(range(len(TIERS) + 1)), **KEYS[head["by"]]}
    found = []
    for key, tiers in groups.items():
        seen = summary(history[np.isin(tier, tiers)], head["as_of"])
        found.append({"key": key, "customers": len(seen), **_forecast(*fits, seen, horizon)})
    return {"groups": found}, ()


def _fit(known: Mapping[str, Any], given: Mapping[str, Any]) -> Fit[Any]:
    parameters = known[given["kind"]](**given["parameters"])
    return Fit(Status.OK, "", 0, 0, parameters, np.array(given["covariance"]))


def _forecast(timing: Fit[Any], spend: Fit[Any], seen: Summary, horizon: Horizon) -> dict[str, Any]:
    if not len(seen):
        return {"purchases": None, "value": None, "by_parameters": None}
    value = total(timing, spend, seen, horizon)
    unknown = value.by_parameters**2 / (value.by_parameters**2 + value.by_chance**2)
    purchases = total_purchases(timing, seen, horizon.weeks)
    return {"purchases": _told(purchases), "value": _told(value), "by_parameters": unknown}


def _told(of: Total) -> dict[str, float]:
    return {name: getattr(of, name) for name in ("mean", "p10", "p50", "p90")}
