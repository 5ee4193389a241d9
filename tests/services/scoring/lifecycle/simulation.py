"""Customers who live through phases with known dates: what a detector should have found out, and when.

Four kinds of lives; rates differ between customers as much as in a real base, and none of it is taken from
the rules. Whoever leaves is in decline from the last order on, and lost once silent for as long as one in a
hundred would be who stays at the customer's own true rate.

phases: explores with two orders, four in ten then leave; builds up (orders grow more than threefold), is
stable, mostly declines (a quarter of the rate, half of the spend), and leaves. One in ten comes back.
contract: renews at an own interval, nearly to the day, and one day does not.
seasonal: buys at a rate that goes up and down by four fifths with the year, and leaves.
spending: keeps the rate; each order grows fourfold, stays, falls to a third.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from services.scoring.lifecycle.purchases import Purchases
from services.scoring.lifecycle.thresholds import STATE_NUMBER, Phase

SURE = np.log(100)  # mean gaps of silence that one in a hundred exceeds who stays
Ramp = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Lived:
    """What was bought, and each phase that began: customer, day and number of the state, in order.

    gap: the true mean days between orders of each customer at full rate.
    """

    purchases: Purchases
    row: NDArray[np.int64]
    day: NDArray[np.int64]
    state: NDArray[np.int8]
    gap: NDArray[np.float64]

    def truth(self, day: int) -> NDArray[np.int8]:
        """Return the true states on a day."""
        found = np.full(self.purchases.customers, STATE_NUMBER[Phase.PROSPECT], np.int8)
        known = self.day <= day
        found[self.row[known]] = self.state[known]  # the last of a row wins
        return found


class Life:
    """One customer's, drawn phase by phase; gaps are log-normal over customers."""

    gaps = (3.4, 1.2)
    noise = 0.25

    def __init__(self, draw: np.random.Generator, start: float) -> None:
        self.draw, self.clock = draw, start
        self.gap, self.level = 2 + float(draw.lognormal(*self.gaps)), float(draw.lognormal(4, 0.7))
        self.phases: list[tuple[int, Phase]] = []
        self.bought: list[tuple[float, float]] = []

    def enter(self, state: Phase, at: float) -> None:
        day = int(np.ceil(at))
        self.phases = [(begun, which) for begun, which in self.phases if begun < day]
        self.phases.append((day, state))

    def order(self, spend: float) -> None:
        self.bought.append((self.clock, self.level * spend * float(self.draw.lognormal(0, self.noise))))

    def phase(self, state: Phase, length: float, rate: Ramp, spend: Ramp) -> None:
        """Buy at once, then for some days, at shares of full rate and spend that go from one to another."""
        self.enter(state, self.clock)
        start, end, share = self.clock, self.clock + length, 0.0
        while self.clock < end:
            self.order(spend[0] + (spend[1] - spend[0]) * share)
            self.clock += self.wait(rate[0] + (rate[1] - rate[0]) * share)
            share = (self.clock - start) / length

    def wait(self, rate: float) -> float:
        """Draw the days until the next order, at a share of the full rate."""
        return float(self.draw.exponential(self.gap / rate))

    def patience(self, rate: float) -> float:
        """Return the days of silence that one in a hundred exceeds who stays."""
        return float(SURE * self.gap / rate)

    def leave(self, rate: float) -> None:
        last = self.bought[-1][0]
        if self.phases[-1][1] is not Phase.DECLINE:
            self.enter(Phase.DECLINE, last + 1)
        self.enter(Phase.LOST, last + self.patience(rate))

    def explore(self, rate: float, spend: float) -> None:
        """Buy twice."""
        self.enter(Phase.EXPLORATION, self.clock)
        for _ in range(2):
            self.order(spend)
            self.clock += self.wait(rate)

    def live(self) -> None:
        """Draw the whole life."""
        draw, gap = self.draw, self.gap
        self.explore(0.75, 0.3)
        rate = 0.75
        if draw.random() > 0.4:
            self.phase(Phase.BUILD_UP, max(120.0, 10 * gap), (0.75, 1), (0.3, 1))
            self.phase(Phase.STABILITY, draw.uniform(5, 40) * gap + 90, (1, 1), (1, 1))
            rate = 1.0
            if draw.random() < 0.6:
                self.phase(Phase.DECLINE, draw.uniform(6, 12) * gap + 60, (0.25, 0.25), (0.5, 0.5))
                rate = 0.25
        self.leave(rate)
        if draw.random() < 0.1:
            self.clock = self.phases[-1][0] + 2 * gap
            self.phase(Phase.WON_BACK, 3 * gap, (1, 1), (0.5, 0.5))
            self.phase(Phase.STABILITY, 20 * gap, (1, 1), (0.5, 0.5))
            self.leave(1)


class Contract(Life):
    """Renews nearly to the day until it ends."""

    gaps, noise = (3.9, 0.7), 0.1
    shape = 16.0

    def wait(self, rate: float) -> float:
        return float(self.draw.gamma(self.shape, self.gap / rate / self.shape))

    def patience(self, rate: float) -> float:
        return float(stats.gamma.ppf(0.99, self.shape, scale=self.gap / rate / self.shape))

    def live(self) -> None:
        self.explore(1, 0.4)
        if self.draw.random() > 0.2:
            self.phase(Phase.BUILD_UP, 6 * self.gap, (1, 1), (0.4, 1))
            self.phase(Phase.STABILITY, self.draw.uniform(4, 40) * self.gap, (1, 1), (1, 1))
        self.leave(1)


class Seasonal(Life):
    """Buys more in its own season than in the rest of the year."""

    swing = 0.8

    def __init__(self, draw: np.random.Generator, start: float) -> None:
        super().__init__(draw, start)
        self.peak = float(draw.normal(330, 20))

    def _until(self, expected: float) -> float:
        """Return the days in which so many mean gaps pass, counted in the season's own time."""
        ahead = np.arange(0.0, 2 + expected / (1 - self.swing))
        pace = 1 + self.swing * np.cos(2 * np.pi * (self.clock + ahead - self.peak) / 365.25)
        return float(np.searchsorted(np.cumsum(pace), expected)) + float(self.draw.random())

    def wait(self, rate: float) -> float:
        return self._until(float(self.draw.exponential(self.gap / rate)))

    def patience(self, rate: float) -> float:
        self.clock = self.bought[-1][0]
        return self._until(SURE * self.gap / rate)

    def live(self) -> None:
        draw, gap = self.draw, self.gap
        self.explore(0.75, 0.3)
        if draw.random() > 0.4:
            self.phase(Phase.BUILD_UP, max(120.0, 10 * gap), (0.75, 1), (0.3, 1))
            self.phase(Phase.STABILITY, draw.uniform(5, 40) * gap + 365, (1, 1), (1, 1))
        self.leave(1)


class SpendingLife(Life):
    """Keeps its rate while each order grows, stays as it is, and falls."""

    gaps = (3.2, 0.9)

    def live(self) -> None:
        draw, gap = self.draw, self.gap
        self.explore(1, 0.25)
        self.phase(Phase.BUILD_UP, draw.uniform(8, 20) * gap, (1, 1), (0.25, 1))
        self.phase(Phase.STABILITY, draw.uniform(5, 30) * gap, (1, 1), (1, 1))
        if draw.random() < 0.7:
            self.phase(Phase.DECLINE, draw.uniform(8, 16) * gap, (1, 1), (1, 0.33))
        self.leave(1)


SIMULATORS: Mapping[str, type[Life]] = {
    "phases": Life,
    "contract": Contract,
    "seasonal": Seasonal,
    "spending": SpendingLife,
}


def simulate(customers: int, days: int, seed: int, kind: type[Life] = Life) -> Lived:
    """Draw customers who come at any time in the first four fifths of `days`."""
    draw = np.random.default_rng(seed)
    lives = [kind(draw, float(draw.uniform(0, days * 0.8))) for _ in range(customers)]
    days_of: list[dict[int, float]] = []
    for life in lives:
        life.live()
        merged: dict[int, float] = {}
        for at, money in life.bought:
            if at <= days:
                merged[int(np.ceil(at))] = merged.get(int(np.ceil(at)), 0.0) + money
        days_of.append(merged)
    row = np.repeat(np.arange(customers), [len(one) for one in days_of])
    day = np.array([at for one in days_of for at in one], np.int64)
    paid = np.array([spent for one in days_of for spent in one.values()])
    purchases = Purchases(customers, row, day, paid, paid * 0.3, np.zeros(len(row)))
    phases = [(at, begun, STATE_NUMBER[state]) for at, one in enumerate(lives) for begun, state in one.phases]
    rows, begun, states = (np.array(column) for column in zip(*phases, strict=True))
    gaps = np.array([one.gap for one in lives])
    return Lived(purchases, rows, begun, states.astype(np.int8), gaps)
