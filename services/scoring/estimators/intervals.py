"""Owns how uncertain a forecast is per customer: quantiles of the purchases and of the value."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import special

from services.scoring.estimators.forecast import TWELVE_MONTHS, Horizon, distinct, present_share
from services.scoring.estimators.gammagamma import GammaGamma
from services.scoring.estimators.histogram import DAYS, Floats, Ints
from services.scoring.estimators.summary import Summary
from services.scoring.estimators.timing import Timing

LEVELS = (0.1, 0.5, 0.9)
_NODES = 64  # numbers of purchases told apart; beyond, those within 1/64 of each other share a node
_TAIL = 1e-5  # chance left beyond the last node and outside the grid of values
_GRID = (256, 2048)  # fewest and most values tabulated


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of purchases if alive of customers with one x: n (nodes), p (ages, nodes), n ≥ 1."""

    n: Floats
    p: Floats

    @classmethod
    def of(cls, timing: Timing, x: int, age: Floats, t: float, *, most: float) -> Self:
        """Return P(Y(t) = n | x, alive at T) for each T in weeks; more than `most` count as the last node."""
        edges = np.arange(min(most, _NODES) + 1)
        if most > _NODES:
            further = int(np.ceil(_NODES * np.log(most / _NODES)))
            edges = np.append(edges, np.ceil(np.geomspace(_NODES, most, further + 1)[1:]))
        more = timing.p_more_if_alive(edges, x, age[:, None], t)
        more[:, -1] = 0
        return cls((edges[:-1] + 1 + edges[1:]) / 2, more[:, :-1] - more[:, 1:])


def grouped(timing: Timing, x: Ints, age: Floats, t: float) -> Iterator[tuple[Ints, Counts]]:
    """Yield rows that share x and the number of purchases hardly ever exceeded, with their counts.

    The number grows in fixed steps, so a customer's counts do not depend on who else is asked about.
    """
    most, rows = np.ones(len(x)), np.arange(len(x))
    while len(rows := rows[timing.p_more_if_alive(most[rows], x[rows], age[rows], t) > _TAIL]):
        most[rows] = np.ceil(most[rows] * 1.5)
    order = np.lexsort((most, x))
    edges = np.flatnonzero((np.diff(x[order]) != 0) | (np.diff(most[order]) != 0)) + 1
    for group in np.split(order, edges) if len(order) else ():
        yield group, Counts.of(timing, int(x[group[0]]), age[group], t, most=float(most[group[0]]))


def quantiles(
    timing: Timing, spend: GammaGamma, customers: Summary, horizon: Horizon = TWELVE_MONTHS
) -> Floats:
    """Return p10, p50, p90 of each customer's value over the horizon, shape (customers, 3).

    n purchases of a customer who spent x·mean so far sum to (v + x·mean)·G/H with G ~ Gamma(pn) and
    H ~ Gamma(q+px) (Fader, Hardie 2013). So a value is 0 or a mixture over n of beta primes, whose shape
    depends on (x, t_x, T) only: found once per distinct history from tabulated densities, then scaled. No
    random numbers. With a discount all quantiles shrink as the expected purchases do.
    """
    (x, t_x, days), row = distinct(customers.x, customers.t_x, customers.age)
    p_alive = timing.p_alive(x, t_x / DAYS, days / DAYS)
    unit = np.zeros((len(x), len(LEVELS)))
    for at, age, counts in _alike(timing, x, days, horizon.weeks):
        q = spend.q + spend.p * int(x[at[0]])
        unit[at] = _unit_quantiles(counts, spend.p, q, age, p_alive[at])
    scale = horizon.margin * (spend.v + customers.x * np.maximum(customers.spend, 0))
    unit *= present_share(timing, x, days / DAYS, horizon)[:, None]
    return np.asarray(scale[:, None] * unit[row], np.float64)


def purchase_quantiles(timing: Timing, customers: Summary, weeks: float = TWELVE_MONTHS.weeks) -> Floats:
    """Return p10, p50, p90 of each customer's purchases in the weeks to come, shape (customers, 3).

    The least number that is not exceeded with that chance; above 64, the middle of a node's numbers.
    """
    (x, t_x, days), row = distinct(customers.x, customers.t_x, customers.age)
    p_alive = timing.p_alive(x, t_x / DAYS, days / DAYS)
    found = np.zeros((len(x), len(LEVELS)))
    for at, age, counts in _alike(timing, x, days, weeks):
        below = np.cumsum(counts.p, axis=1)
        some = below[:, -1:][age]
        wanted = some - (1 - np.array(LEVELS)) / np.maximum(p_alive[at], 1e-300)[:, None]
        # as in _unit_quantiles, row i of the table lives between 2i and 2i + 1
        offset = 2 * np.arange(len(below))
        place = np.searchsorted((below + offset[:, None]).ravel(), np.maximum(wanted, 0) + offset[age, None])
        n = np.floor(counts.n)[np.minimum(place - age[:, None] * len(counts.n), len(counts.n) - 1)]
        found[at] = np.where(wanted > 0, n, 0.0)
    return found[row]


def _alike(timing: Timing, x: Ints, days: Ints, weeks: float) -> Iterator[tuple[Ints, Ints, Counts]]:
    """Yield rows of sorted histories that share a table of counts, their rows there, and the table."""
    (pair_x, _, pair_days), pair = distinct(x, np.zeros_like(x), days)
    # histories sort by x and T, so those of one pair lie together
    first = np.searchsorted(pair, np.arange(len(pair_x) + 1))
    for group, counts in grouped(timing, pair_x, pair_days / DAYS, weeks):
        age = np.repeat(np.arange(len(group)), first[group + 1] - first[group])
        yield np.concatenate([np.arange(first[one], first[one + 1]) for one in group]), age, counts


def _unit_quantiles(counts: Counts, p: float, q: float, age: Ints, p_alive: Floats) -> Floats:
    """Return the quantiles of G/H (customers, 3) of customers with one x; age: their rows in counts.p."""
    place = _grid(counts, p, q)
    shapes = p * counts.n[:, None]
    logs = shapes * special.log_expit(place) + q * special.log_expit(-place) - special.betaln(shapes, q)
    density = counts.p @ np.exp(logs)
    steps = (density[:, 1:] + density[:, :-1]) / 2
    below = np.cumsum(np.pad(steps, ((0, 0), (1, 0))), axis=1)
    below /= below[:, -1:]
    # one interpolation for all ages: row i of the table lives between 2i and 2i + 1
    offset = 2.0 * np.arange(len(below))
    table, values = (below + offset[:, None]).ravel(), np.tile(place, len(below))
    some = (p_alive * counts.p.sum(axis=1)[age])[:, None]
    wanted = 1 - (1 - np.array(LEVELS)) / np.maximum(some, 1e-300)
    found = np.exp(np.interp(np.clip(wanted, 0, 1) + offset[age, None], table, values))
    return np.where(wanted > 0, found, 0.0)


def _grid(counts: Counts, p: float, q: float) -> Floats:
    """Return logarithms of G/H, evenly spaced by half the narrowest deviation or less, if _GRID allows it."""
    shapes = p * counts.n[[0, -1]]
    low = special.logit(special.betaincinv(shapes[0], q, _TAIL))
    high = -special.logit(special.betaincinv(q, shapes[1], _TAIL))
    narrowest = np.sqrt(special.polygamma(1, shapes[1]) + special.polygamma(1, q))
    points = int(np.clip(2 * (high - low) / narrowest, *_GRID))
    return np.linspace(low, high, points)
