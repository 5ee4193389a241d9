"""Owns one origin of a back-test: fit up to the cut-off, forecast the hold-out, compare. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from services.scoring import estimators
from services.scoring.apart.process import Arrays
from services.scoring.backtests import measures
from services.scoring.estimators.bygroup import label
from services.scoring.estimators.fitting import Fit, Status
from services.scoring.estimators.groupfits import NO_WAYS, Ways
from services.scoring.estimators.histogram import DAYS, Floats, Ints
from services.scoring.estimators.summary import Summary
from services.scoring.estimators.timing import Timing
from services.scoring.scores.valuation import summary
from services.scoring.states.history import History

SPEND = "gamma_gamma"


@dataclass(frozen=True, slots=True)
class Origin:
    """What was known at a cut-off, and what came in the hold-out; arrays of one length.

    `priced`: repeat days whose money is known, which `seen.spend` is the mean of. purchases: days with one.
    """

    seen: Summary
    priced: Floats
    purchases: Floats
    money: Floats
    weeks: float

    @classmethod
    def of(cls, seen: History, later: History, cut_off: int, days: int) -> "Origin":
        """Compare histories up to a day with those up to the end of its hold-out, from one snapshot."""
        same = later[later["first_day"] <= cut_off]
        if not np.array_equal(seen["customer_id"], same["customer_id"]):
            raise ValueError("the two histories are not of the same customers")
        money = (same["money"] - seen["money"]).astype(np.float64)
        bought = (same["days"] - seen["days"]).astype(np.float64)
        return cls(summary(seen, cut_off), seen["repeat_days"], bought, money, days / DAYS)


def cut_offs(until: date, *, origins: int, holdout_weeks: int, step_weeks: int) -> list[date]:
    """Return the days up to which estimators learn, ascending; the last hold-out ends with `until`."""
    last = until - timedelta(weeks=holdout_weeks)
    return [last - timedelta(weeks=step_weeks * back) for back in reversed(range(origins))]


def compare(origin: Origin, kinds: Sequence[str], ways: Ways = NO_WAYS) -> dict[str, Any]:
    """Return how every estimator would have done, with parameters for everybody and by group."""
    spend = estimators.SPEND_ESTIMATORS[SPEND].fit(origin.seen.spend_histogram())
    each = _spends(spend, origin)
    return {
        "customers": len(origin.seen),
        "repeat_buyers": int((origin.seen.x > 0).sum()),
        "purchases": int(origin.purchases.sum()),
        "estimators": [row for kind in kinds for row in _compared(kind, origin, each, ways)],
    }


def work(head: dict[str, Any], arrays: Arrays) -> tuple[dict[str, Any], Arrays]:
    """Do it in a process of its own; arrays are the histories at the cut-off, and at the end."""
    seen, later, *codes = arrays
    origin = Origin.of(seen, later, head["cut_off"], head["days"])
    ways = Ways.read(head["ways"], head["levels"], codes[0] if codes else None)
    return compare(origin, list(estimators.ESTIMATORS), ways), ()


def _spends(spend: Fit[Any], origin: Origin) -> Floats | None:
    """Return what a purchase of each customer is expected to bring; None without a sound fit."""
    if spend.status is not Status.OK or spend.parameters is None:
        return None
    expected: Floats = spend.parameters.expected_spend(origin.priced, origin.seen.spend)
    return expected


def _compared(kind: str, origin: Origin, each: Floats | None, ways: Ways) -> Iterator[dict[str, Any]]:
    fit, seen = estimators.ESTIMATORS[kind].fit(origin.seen.histogram()), origin.seen
    everybody = [] if fit.parameters is None else [(np.arange(len(seen)), fit.parameters)]
    yield _figures(label(kind, None), fit, everybody, origin, each)
    for by in ways.ways:
        found, own, groups = ways.fit(fit, seen, by), fit, everybody
        if found is not None:
            own, numbers = found.fit, ways.numbers(found.model, len(seen))
            groups = [(rows, timing) for _, rows, timing in found.model.split(numbers)]
        yield _figures(label(kind, by.stored()), own, groups, origin, each)


def _figures(
    name: str,
    fit: Fit[Any],
    groups: Sequence[tuple[Ints, Timing]],
    origin: Origin,
    each: Floats | None,
) -> dict[str, Any]:
    """Return how one estimator would have done, given the rows of each group and what foretells them."""
    said: dict[str, Any] = {"estimator": name, "status": fit.status.value, "reason": fit.reason}
    nothing = dict.fromkeys(("purchases", "value", "bias", "auc", "top_decile_share"))
    if fit.status is not Status.OK:
        return {**said, **nothing, "deciles": [], "frequencies": []}
    seen, actual = origin.seen, origin.purchases
    expected, active = np.zeros(len(seen)), np.zeros(len(seen))
    for rows, timing in groups:
        weeks = (*seen[rows].weeks, origin.weeks)
        expected[rows] = timing.expected_purchases(seen.x[rows], *weeks)
        active[rows] = timing.p_active(seen.x[rows], *weeks)
    error = measures.errors(expected, actual)
    return {
        **said,
        "purchases": error,
        "bias": measures.bias(error["predicted"], error["actual"]),
        "auc": measures.auc(active, actual > 0),
        **_in_money(expected, each, origin),
        "deciles": measures.by_decile(expected, actual),
        "frequencies": measures.by_frequency(seen.x, expected, actual),
    }


def _in_money(expected: Floats, each: Floats | None, origin: Origin) -> dict[str, Any]:
    if each is None:
        return {"value": None, "top_decile_share": None}
    value = expected * each
    error = measures.errors(value, origin.money)
    error |= {"bias": measures.bias(error["predicted"], error["actual"])}  # type: ignore[dict-item]  # may be none
    return {"value": error, "top_decile_share": measures.top_share(value, origin.money)}
