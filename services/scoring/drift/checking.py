"""Owns the verdict: purchases since the cut-off against the interval of the forecast, and the shift. Pure."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.special import ndtri

from services.scoring.drift.shifting import psi
from services.scoring.scores.valuation import summary
from services.scoring.states.history import History

LEVEL = 0.99  # of the interval: one in a hundred checks of sound parameters alarms
LARGE_SHIFT = 0.25
STANDS_IN = 0.05  # for the spread of the bias, before a back-test has measured it
FEWEST_DAYS = 7  # a week has days that differ


def check(
    expects: Mapping[str, Any], history: History, *, cut_off: int, as_of: int, bias_spread: float | None
) -> dict[str, Any]:
    """Return what of drift can be told of a fit (`expecting`) and everybody's histories as of a day, as JSON.

    Days are counted from 1970-01-01. `bias_spread` is the standard deviation of the estimator's bias over the
    origins of a back-test: how wrong forecasts usually are beyond chance and parameters.
    """
    tracked = _tracked(expects, history, cut_off, as_of, STANDS_IN if bias_spread is None else bias_spread)
    now = summary(history, as_of)
    moved = {name: psi(then, getattr(now, name)) for name, then in expects["population"].items()}
    reasons = [f"{name} has shifted" for name, index in moved.items() if index >= LARGE_SHIFT]
    if tracked is not None and tracked["outside"]:
        reasons.append("purchases are outside of the forecast interval")
    return {"found": bool(reasons), "reasons": reasons, "tracking": tracked, "shift": moved}


def _tracked(
    expects: Mapping[str, Any], history: History, cut_off: int, as_of: int, bias_spread: float
) -> dict[str, Any] | None:
    """Return the check of purchases; None too soon after the cut-off, or beyond the last horizon."""
    days = as_of - cut_off
    if not FEWEST_DAYS <= days <= expects["days"][-1]:
        return None
    known = history["first_day"] <= cut_off
    actual = int(history["days"][known].sum()) - expects["purchase_days"]
    mean = _at(expects, "mean", days)
    parts = (_at(expects, "by_chance", days), _at(expects, "by_parameters", days), bias_spread * mean)
    reach = float(ndtri((1 + LEVEL) / 2)) * float(np.linalg.norm(parts))
    low, high = max(mean - reach, 0.0), mean + reach
    told = {"days": days, "forecast": mean, "low": low, "high": high, "actual": actual}
    return {**told, "outside": not low <= actual <= high}


def _at(expects: Mapping[str, Any], name: str, days: int) -> float:
    """Return a figure on a day between the horizons, from a monotone curve through nothing at the cut-off."""
    curve = PchipInterpolator([0, *expects["days"]], [0.0, *expects[name]])
    return float(curve(days))
