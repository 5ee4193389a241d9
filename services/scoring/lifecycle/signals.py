"""Owns the numbers that the rules compare, of all customers at once, kept up from look to look. Pure."""

from dataclasses import dataclass

import numpy as np

from services.scoring.lifecycle.gaps import DAYS, Timing, gap_quantile
from services.scoring.lifecycle.purchases import Floats, Ints, Purchases
from services.scoring.lifecycle.regularity import Regularity
from services.scoring.lifecycle.spending import Spending
from services.scoring.lifecycle.thresholds import Thresholds

_ORDERS = 2  # that a period has at a customer's own pace


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of each customer on one day; arrays of one length.

    orders (purchase days) and tenure (days) count from the first purchase, or from the one that ended a loss;
    bought: orders ever. gap: days since the last one; gap_typical, gap_limit, gap_lost: quantiles of the gap
    of somebody who stays. cv, growth_t: as `Spending` says; growth: what the trend of the money comes to
    in some of the customer's own periods, as a share. margin_change: of the weighted mean margin of a period
    against some periods ago; of who buys more seldom, what the trend comes to, if it is one.
    new_categories: in the last periods. NaN says nothing.
    """

    orders: Ints
    bought: Ints
    tenure: Ints
    gap: Ints
    gap_typical: Floats
    gap_limit: Floats
    gap_lost: Floats
    p_alive: Floats
    cv: Floats
    growth_t: Floats
    growth: Floats
    margin_change: Floats
    new_categories: Floats


class Counting:
    """The running totals of `customers`, from which signals are read on any day."""

    def __init__(self, timing: Timing, limits: Thresholds, customers: int) -> None:
        self._timing, self._limits = timing, limits
        self.first, self.last, self.since = (np.zeros(customers, np.int64) for _ in range(3))
        self.bought, self.before = (np.zeros(customers, np.int64) for _ in range(2))
        self._gaps = np.full((3, customers), np.inf)  # typical, limit, lost
        self._spending = Spending(limits.order_weight, customers)
        self._earning = Spending(limits.order_weight, customers)
        self._regularity, self._pace = Regularity(customers), np.ones(customers)
        self._new = np.zeros((limits.category_periods, customers))
        self._means = np.full((limits.margin_periods + 1, customers), np.nan)
        self._at = -1

    def add(self, those: Ints, starts: Ints, part: Purchases) -> None:
        """Count a period's purchases: `those` are its customers, `starts` where each one's days begin."""
        if not len(those):
            return
        ends = np.append(starts[1:], len(part.row)) - 1
        gaps = np.diff(part.day, prepend=0).astype(np.float64)
        gaps[starts] = np.where(self.bought[those] > 0, part.day[starts] - self.last[those], 0)
        self.bought[those] += ends - starts + 1
        self.last[those] = part.day[ends]
        time = part.day - self.first[part.row]
        self._spending.add(those, starts, time, part.money)
        self._earning.add(those, starts, time, part.margin)
        x = self.bought[those].astype(np.float64) - 1
        span = (self.last - self.first)[those].astype(np.float64)
        self._regularity.add(those, starts, gaps, self.bought[those] - 1, span)
        self._pace[those] = (self._timing.alpha * DAYS + span) / (self._timing.r + x)
        levels = (0.5, self._limits.silence_level, self._limits.lost_silence_level)
        for line, level in zip(self._gaps, levels, strict=True):
            meant = gap_quantile(self._timing, x, span, level)
            line[those] = self._regularity.days(those, meant, self._pace[those])

    def end_period(self, those: Ints, starts: Ints, part: Purchases) -> None:
        """Close a period in which `those` bought: what it brought joins the last ones."""
        self._at += 1
        margin, new = np.zeros(len(self.last)), np.zeros(len(self.last))
        if len(those):
            margin[those], new[those] = (np.add.reduceat(each, starts) for each in (part.margin, part.new))
        self._new[self._at % len(self._new)] = new
        before = self._means[(self._at - 1) % len(self._means)]
        weight = self._limits.margin_weight
        mean = np.where(np.isnan(before), margin, weight * margin + (1 - weight) * before)
        self._means[self._at % len(self._means)] = np.where(self.bought > 0, mean, np.nan)

    def read(self, day: int) -> Signals:
        """Return the signals of a day that is not before the last purchase."""
        x, span = np.maximum(self.bought - 1, 0), self.last - self.first
        silent = self._regularity.meaning((day - self.last).astype(np.float64), self._pace)
        spans = span, span + np.where(self.bought > 0, silent, 0)
        return Signals(
            orders=self.bought - self.before,
            bought=self.bought.copy(),
            tenure=day - self.since,
            gap=day - self.last,
            gap_typical=self._gaps[0],
            gap_limit=self._gaps[1],
            gap_lost=self._gaps[2],
            p_alive=self._timing.p_alive(x, *(span / DAYS for span in spans)),
            cv=self._spending.cv,
            growth_t=self._spending.growth_t,
            growth=self._ahead(self._spending),
            margin_change=self._margin_change(),
            new_categories=self._new.sum(axis=0),
        )

    def _margin_change(self) -> Floats:
        size = len(self._means)
        now, then = self._means[self._at % size], self._means[(self._at + 1) % size]
        expected = self._limits.period_days / self._gaps[0]
        speaks = (expected >= self._limits.margin_purchases) & (then > 0)
        falls = self._earning.growth_t < -self._limits.growth_t
        own = np.where(falls, self._ahead(self._earning), np.nan)
        return np.where(speaks, now / np.where(speaks, then, 1) - 1, own)

    def _ahead(self, of: Spending) -> Floats:
        """Return by what share the trend changes in some periods of the customer's own pace."""
        orders = _ORDERS * self._limits.margin_periods
        return np.expm1(np.clip(of.slope * self._pace * orders, -50, 50))
