"""How often lifecycles are judged as they truly are: by the rules, by fixed days, by each true pace."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from services.scoring.estimators.histogram import Histogram
from services.scoring.estimators.mbgnbd import MbgNbd
from services.scoring.lifecycle.gaps import DAYS as WEEK
from services.scoring.lifecycle.gaps import Floats, Timing
from services.scoring.lifecycle.purchases import Purchases
from services.scoring.lifecycle.thresholds import STATE_NUMBER, STATES, Phase, Thresholds
from services.scoring.lifecycle.trajectory import follow
from tests.services.scoring.lifecycle.simulation import Lived

DAYS, LOOKS = 2000, range(600, 2001, 200)
States = NDArray[np.int8]
Matrix = NDArray[np.int64]
LOST = STATE_NUMBER[Phase.LOST]


def totals(purchases: Purchases) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return how often each customer bought, and its first and last day."""
    count = np.bincount(purchases.row, minlength=purchases.customers)
    first, last = np.full(purchases.customers, 10**6), np.full(purchases.customers, -1)
    np.minimum.at(first, purchases.row, purchases.day)
    np.maximum.at(last, purchases.row, purchases.day)
    return count, first, last


def fit(lived: Lived) -> Timing:
    """Fit the default estimator to what was bought."""
    count, first, last = totals(lived.purchases)
    some = count > 0
    histogram = Histogram.of(count[some] - 1, (last - first)[some], DAYS - first[some])
    found = MbgNbd.fit(histogram).parameters
    assert found is not None
    return found


def fixed(purchases: Purchases, day: int) -> States:
    """Judge as is usual: 90 and 180 days since the last order, and numbers of orders."""
    known = purchases.until(day)
    count, _, last = totals(known)
    longest = np.zeros(known.customers, np.int64)
    recent = (np.diff(known.row) == 0) & (known.day[1:] > day - 180)
    np.maximum.at(longest, known.row[1:][recent], np.diff(known.day)[recent])
    state = np.full(known.customers, STATE_NUMBER[Phase.STABILITY], np.int8)
    state[count <= 5] = STATE_NUMBER[Phase.BUILD_UP]
    state[count <= 2] = STATE_NUMBER[Phase.EXPLORATION]
    state[longest > 180] = STATE_NUMBER[Phase.WON_BACK]
    state[day - last > 90] = STATE_NUMBER[Phase.DECLINE]
    state[day - last > 180] = LOST
    return state


def judged(lived: Lived, timing: Timing, limits: Thresholds) -> Callable[[int], States]:
    """Return what the rules say of any day: they say the same of it whenever they are asked."""
    changes = follow(lived.purchases, timing, limits, DAYS).changes

    def on(day: int) -> States:
        found, known = np.zeros(lived.purchases.customers, np.int8), changes.day <= day
        found[changes.row[known]] = changes.state[known]  # the last of a row wins
        return found

    return on


@dataclass(frozen=True, slots=True)
class Known:
    """A timing estimator that knows a customer's rate, and how often an order of such lives is the last."""

    r: float
    alpha: float
    leaving: float

    def p_alive(self, _: ArrayLike, t_x: ArrayLike, age: ArrayLike) -> Floats:
        """Return P(alive): an exponential gap at the known rate, or that the last order was the last."""
        silent = np.exp(-(np.asarray(age) - np.asarray(t_x)) * self.r / self.alpha) * (1 - self.leaving)
        return np.asarray(silent / (silent + self.leaving), np.float64)


def knowing(lived: Lived, limits: Thresholds) -> Callable[[int], States]:
    """Return what the same rules would say if every customer's true rate were known."""
    bought, sure = lived.purchases, 1e7
    orders = len(bought.row)
    left = np.unique(lived.row[(lived.state == LOST) & (lived.day <= DAYS)]).size
    states = {day: np.zeros(bought.customers, np.int8) for day in LOOKS}
    for customer, gap in enumerate(lived.gap):
        its = bought.take(np.flatnonzero(bought.row == customer))
        its = Purchases(1, its.row * 0, its.day, its.money, its.margin, its.new)
        known = Known(sure, sure * gap / WEEK, left / orders)
        changes = follow(its, known, limits, DAYS).changes
        for day, found in states.items():
            until = changes.state[changes.day <= day]
            found[customer] = until[-1] if len(until) else 0
    return lambda day: states[day]


def confusion(lived: Lived, judge: Callable[[int], States]) -> Matrix:
    """Count (true, found) over several days; who is lost for over a year is easy, and left out."""
    found = np.zeros((len(STATES), len(STATES)), np.int64)
    for day in LOOKS:
        true = lived.truth(day)
        asked = (true > 0) & ~((true == LOST) & (lived.truth(day - 365) == LOST))
        np.add.at(found, (true[asked], judge(day)[asked]), 1)
    return found[1:, 1:]


@dataclass(frozen=True, slots=True)
class Measured:
    """What is right of all, and the mean F1 of the states that there truly are: rare ones count as much."""

    right: float
    f1: float

    @classmethod
    def of(cls, found: Matrix) -> "Measured":
        """Measure a matrix of (true, found)."""
        there = found.sum(axis=1) > 0
        right = np.diag(found)
        f1 = 2 * right / np.maximum(found.sum(axis=0) + found.sum(axis=1), 1)
        return cls(float(right.sum() / found.sum()), float(f1[there].mean()))


def recalls(found: Matrix) -> NDArray[np.float64]:
    """Return the share of each true state that was found, NaN for one that there is not."""
    true = found.sum(axis=1)
    return np.where(true > 0, np.diag(found) / np.maximum(true, 1), np.nan)


def table(title: str, found: Matrix) -> str:
    """Write a matrix."""
    words = [str(state) for state in STATES[1:]]
    measured = Measured.of(found)
    lines = [f"{title}: {measured.right:.3f} right, mean F1 {measured.f1:.3f}"]
    lines.append(" ".join(["true \\ found".ljust(12), *(word.rjust(11) for word in words)]))
    for word, row in zip(words, found, strict=True):
        lines.append(" ".join([word.ljust(12), *(str(count).rjust(11) for count in row)]))
    return "\n".join(lines)
