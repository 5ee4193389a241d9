"""Lifecycles against a simulator whose true states are known, and against fixed thresholds."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from services.scoring.estimators.histogram import Histogram
from services.scoring.estimators.mbgnbd import MbgNbd
from services.scoring.lifecycle.gaps import Timing
from services.scoring.lifecycle.purchases import Purchases
from services.scoring.lifecycle.thresholds import STATE_NUMBER, STATES, Phase, Thresholds
from services.scoring.lifecycle.trajectory import follow
from tests.services.scoring.lifecycle.simulation import Lived, simulate

DAYS, LOOKS = 2000, range(600, 2001, 200)
States = NDArray[np.int8]
LOST = STATE_NUMBER[Phase.LOST]


@pytest.fixture(scope="module")
def lived() -> Lived:
    return simulate(1500, DAYS, 7)


@pytest.fixture(scope="module")
def fitted(lived: Lived) -> Timing:
    count, first, last = _totals(lived.purchases)
    some = count > 0
    histogram = Histogram.of(count[some] - 1, (last - first)[some], DAYS - first[some])
    found = MbgNbd.fit(histogram).parameters
    assert found is not None
    return found


def _totals(purchases: Purchases) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    count = np.bincount(purchases.row, minlength=purchases.customers)
    first, last = np.full(purchases.customers, 10**6), np.full(purchases.customers, -1)
    np.minimum.at(first, purchases.row, purchases.day)
    np.maximum.at(last, purchases.row, purchases.day)
    return count, first, last


def fixed(purchases: Purchases, day: int) -> States:
    """Judge as is usual: 90 and 180 days since the last order, and numbers of orders."""
    known = purchases.until(day)
    count, _, last = _totals(known)
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


def confusion(lived: Lived, judge: Callable[[int], States]) -> NDArray[np.int64]:
    """Count (true, found) over several days; who is lost for over a year is easy, and left out."""
    found = np.zeros((len(STATES), len(STATES)), np.int64)
    for day in LOOKS:
        true = lived.truth(day)
        asked = (true > 0) & ~((true == LOST) & (lived.truth(day - 365) == LOST))
        np.add.at(found, (true[asked], judge(day)[asked]), 1)
    return found[1:, 1:]


def accuracy(found: NDArray[np.int64]) -> tuple[float, float]:
    """Return the share that is right, and the mean F1 of the states, where rare ones count as much."""
    right = np.diag(found)
    f1 = 2 * right / (found.sum(axis=0) + found.sum(axis=1))
    return float(right.sum() / found.sum()), float(f1.mean())


def table(title: str, found: NDArray[np.int64]) -> str:
    words = [str(state) for state in STATES[1:]]
    lines = [f"{title}: {accuracy(found)[0]:.3f} right, mean F1 {accuracy(found)[1]:.3f}"]
    lines.append(" ".join(["true \\ found".ljust(12), *(word.rjust(11) for word in words)]))
    for word, row in zip(words, found, strict=True):
        lines.append(" ".join([word.ljust(12), *(str(count).rjust(11) for count in row)]))
    return "\n".join(lines)


def test_they_are_truer_than_fixed_thresholds(
    lived: Lived, fitted: Timing, record_property: Callable[[str, object], None]
) -> None:
    ours = confusion(lived, lambda day: follow(lived.purchases, fitted, Thresholds(), day).state)
    usual = confusion(lived, lambda day: fixed(lived.purchases, day))
    for name, found in (("lifecycle", ours), ("90/180 days", usual)):
        print(table(name, found))  # noqa: T201 - for whoever runs it with -s
        record_property(name, accuracy(found))
    (right, f1), (usual_right, usual_f1) = accuracy(ours), accuracy(usual)
    assert right > max(usual_right + 0.03, 0.54)
    assert f1 > max(usual_f1 + 0.05, 0.50)


def test_who_is_silent_at_an_own_pace_is_judged_by_it(lived: Lived, fitted: Timing) -> None:
    """Whoever truly stays and buys seldom is not given up: fixed thresholds do it ten times as often."""
    wrong = {"lifecycle": 0, "fixed": 0}
    for day in LOOKS:
        stays = lived.truth(day) == STATE_NUMBER[Phase.BUILD_UP]
        wrong["lifecycle"] += int(
            (follow(lived.purchases, fitted, Thresholds(), day).state[stays] == LOST).sum()
        )
        wrong["fixed"] += int((fixed(lived.purchases, day)[stays] == LOST).sum())
    assert wrong["fixed"] > 100
    assert wrong["lifecycle"] < wrong["fixed"] / 5
