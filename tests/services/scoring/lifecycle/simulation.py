"""Customers who live through phases with known dates: what a detector should have found out, and when.

A customer explores with two orders; four in ten then leave. The others build up (orders grow more than
threefold), are stable, mostly decline (a quarter of the rate, half of the spend), and leave. Who leaves is in
decline from the last order on, and lost once silent for as long as one in a hundred would be who stays at the
customer's own true rate. One in ten comes back and buys on. Rates differ as much as one would see in a real
base: log-normal with a deviation of 1.2, from an order a week to one a year. None of this is taken from
the rules.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.scoring.lifecycle.purchases import Purchases
from services.scoring.lifecycle.thresholds import STATE_NUMBER, Phase

SURE = np.log(100)  # mean gaps of silence that one in a hundred exceeds who stays
Ramp = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Lived:
    """What was bought, and each phase that began: customer, day and number of the state, in order."""

    purchases: Purchases
    row: NDArray[np.int64]
    day: NDArray[np.int64]
    state: NDArray[np.int8]

    def truth(self, day: int) -> NDArray[np.int8]:
        """Return the true states on a day."""
        found = np.full(self.purchases.customers, STATE_NUMBER[Phase.PROSPECT], np.int8)
        known = self.day <= day
        found[self.row[known]] = self.state[known]  # the last of a row wins
        return found


class _Life:
    """One customer's, drawn phase by phase."""

    def __init__(self, draw: np.random.Generator, start: float) -> None:
        self.draw, self.clock = draw, start
        self.gap, self.level = 2 + float(draw.lognormal(3.4, 1.2)), float(draw.lognormal(4, 0.7))
        self.phases: list[tuple[int, Phase]] = []
        self.bought: list[tuple[float, float]] = []

    def enter(self, state: Phase, at: float) -> None:
        day = int(np.ceil(at))
        self.phases = [(begun, which) for begun, which in self.phases if begun < day]
        self.phases.append((day, state))

    def order(self, spend: float) -> None:
        self.bought.append((self.clock, self.level * spend * float(self.draw.lognormal(0, 0.25))))

    def phase(self, state: Phase, length: float, rate: Ramp, spend: Ramp) -> None:
        """Buy at once, then for some days, at shares of full rate and spend that go from one to another."""
        self.enter(state, self.clock)
        start, end, share = self.clock, self.clock + length, 0.0
        while self.clock < end:
            self.order(spend[0] + (spend[1] - spend[0]) * share)
            self.clock += self.draw.exponential(self.gap / (rate[0] + (rate[1] - rate[0]) * share))
            share = (self.clock - start) / length

    def leave(self, rate: float) -> None:
        last = self.bought[-1][0]
        if self.phases[-1][1] is not Phase.DECLINE:
            self.enter(Phase.DECLINE, last + 1)
        self.enter(Phase.LOST, last + SURE * self.gap / rate)

    def live(self) -> None:
        draw, gap = self.draw, self.gap
        self.enter(Phase.EXPLORATION, self.clock)
        for _ in range(2):
            self.order(0.3)
            self.clock += draw.exponential(gap / 0.75)
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


def simulate(customers: int, days: int, seed: int) -> Lived:
    """Draw customers who come at any time in the first four fifths of `days`."""
    draw = np.random.default_rng(seed)
    lives = [_Life(draw, float(draw.uniform(0, days * 0.8))) for _ in range(customers)]
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
    return Lived(purchases, rows, begun, states.astype(np.int8))
