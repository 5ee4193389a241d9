"""Owns the tracking curve: repeat purchases of a group added up day by day, actual and expected. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from services.scoring.estimators.histogram import DAYS, Floats, Ints
from services.scoring.estimators.timing import Timing


@dataclass(frozen=True, slots=True)
class Days:
    """What a group of customers did on each day from `first` on; arrays of one length.

    born: how many bought for the first time. bought: how many bought again, each counted once a day.
    """

    first: date
    born: Ints
    bought: Ints


def expected(timing: Timing, born: Ints) -> Floats:
    """Return the repeat purchases that are expected by the end of each day: Σ over births of E[X(t)].

    t are the weeks since the birth, so the births are folded with E[X] (Fader, Hardie, Lee, "Counting Your
    Customers" the Easy Way, Marketing Science 24, 2005, section 5: the tracking plots).
    """
    weeks = np.arange(len(born)) / DAYS
    found: Floats = np.convolve(born, timing.expected_new(weeks))[: len(born)]
    return found


def curve(days: Days, timing: Timing | None, cut_off: date, step: int) -> list[dict[str, Any]]:
    """Return the points of the curve, `step` days apart, the cut-off one of them, the last the last one.

    Each has both sums since the beginning, and those since the point before; what is expected is None without
    an estimator of purchases.
    """
    forecast = np.zeros(len(days.born)) if timing is None else expected(timing, days.born)
    sums = np.stack([np.cumsum(days.bought), forecast], axis=1)
    at = np.arange((cut_off - days.first).days % step, len(sums), step)
    found = sums[at]
    steps = np.diff(found, axis=0, prepend=np.zeros((1, 2)))
    return [
        {
            "until": days.first + timedelta(int(day)),
            "held_out": days.first + timedelta(int(day)) > cut_off,
            "actual": int(since[0]),
            "expected": None if timing is None else float(since[1]),
            "actual_total": int(total[0]),
            "expected_total": None if timing is None else float(total[1]),
        }
        for day, total, since in zip(at, found, steps, strict=True)
    ]


def held_out(points: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what was bought after the cut-off, and what was expected; None where there is nothing to say."""
    after = [point for point in points if point["held_out"]]
    actual = sum(point["actual"] for point in after)
    known = [point["expected"] for point in after if point["expected"] is not None]
    forecast = sum(known) if known else None
    bias = None if forecast is None or not actual else forecast / actual - 1
    return {"actual": actual, "expected": forecast, "bias": bias}
