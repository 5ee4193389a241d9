"""Owns the way of each relation through its states, look by look, with hysteresis. Pure."""

from dataclasses import dataclass

import numpy as np

from services.scoring.lifecycle.gaps import Timing
from services.scoring.lifecycle.purchases import Floats, Ints, Purchases
from services.scoring.lifecycle.rules import Small, judge, numbers
from services.scoring.lifecycle.signals import Counting, Signals
from services.scoring.lifecycle.thresholds import (
    RULE_NUMBER,
    STATE_NUMBER,
    Ground,
    Phase,
    Thresholds,
)

_EXPLORATION, _BUILD_UP, _STABILITY = (
    STATE_NUMBER[one] for one in (Phase.EXPLORATION, Phase.BUILD_UP, Phase.STABILITY)
)
_PROSPECT, _LOST, _DECLINE = (STATE_NUMBER[one] for one in (Phase.PROSPECT, Phase.LOST, Phase.DECLINE))


@dataclass(frozen=True, slots=True)
class Changes:
    """Every change of state by customer and day; arrays of one length.

    value, limit: what the rule compared, as `numbers` says; of a return, the days that it was silent before.
    """

    row: Ints
    day: Ints
    state: Small
    rule: Small
    value: Floats
    limit: Floats


@dataclass(frozen=True, slots=True)
class Outcome:
    """The states of all customers on a day, how they came there, and what is known of them on it."""

    state: Small
    changes: Changes
    signals: Signals


def follow(purchases: Purchases, timing: Timing, limits: Thresholds, as_of: int) -> Outcome:
    """Return where every relation stands on the day `as_of`, from everything bought by then.

    A first purchase and the return of somebody lost count on their own day. All else is judged on the days
    that are whole multiples of the period, so that what is said of a day never depends on when it is asked.
    """
    known = purchases.until(as_of)
    period = -(-known.day // limits.period_days)
    order = np.lexsort((known.day, known.row, period))
    known, period = known.take(order), period[order]
    way = _Way(timing, limits, known.customers)
    first = int(period[0]) if len(period) else as_of // limits.period_days + 1
    for number in range(first, as_of // limits.period_days + 2):
        edges = np.searchsorted(period, (number, number + 1))
        way.live(known.take(slice(*edges)), number * limits.period_days, as_of)
    return way.outcome(as_of)


class _Way:
    """Where everybody stands while time goes on."""

    def __init__(self, timing: Timing, limits: Thresholds, customers: int) -> None:
        self._limits, self._count = limits, Counting(timing, limits, customers)
        self._state = np.full(customers, _PROSPECT, np.int8)
        self._level = np.full(customers, _EXPLORATION, np.int8)
        self._next = self._state.copy()
        self._votes = np.zeros(customers, np.int64)
        self._told: list[Changes] = []

    def live(self, part: Purchases, end: int, as_of: int) -> None:
        """Go through one period: what is bought in it, then a look at its end, if `as_of` is not before."""
        starts = np.flatnonzero(np.diff(part.row, prepend=-1))
        those = part.row[starts]
        self._begin(those, part.day[starts])
        self._count.add(those, starts, part)
        if end <= as_of:
            self._count.end_period(those, starts, part)
            self._look(end)

    def _begin(self, those: Ints, day: Ints) -> None:
        """Let who had not bought yet explore, and who was lost be won back."""
        count, state = self._count, self._state[those]
        new, back = those[state == _PROSPECT], those[state == _LOST]
        new_day, back_day = day[state == _PROSPECT], day[state == _LOST]
        silent = (back_day - count.last[back]).astype(np.float64)
        count.first[new] = count.since[new] = new_day
        count.since[back], count.before[back] = back_day, count.bought[back]
        self._level[back] = _EXPLORATION
        if len(new):
            self._change(new, new_day, Phase.EXPLORATION, Ground.FIRST_ORDER, np.ones(len(new)))
        if len(back):
            self._change(back, back_day, Phase.WON_BACK, Ground.RETURNED, silent)

    def _change(self, rows: Ints, day: Ints, state: Phase, rule: Ground, value: Floats) -> None:
        self._enter(rows, np.full(len(rows), STATE_NUMBER[state], np.int8))
        rules = np.full(len(rows), RULE_NUMBER[rule], np.int8)
        limit = np.full(len(rows), np.nan)
        self._told.append(Changes(rows, day, self._state[rows], rules, value, limit))

    def _look(self, day: int) -> None:
        """Change the states that enough looks in a row have spoken for."""
        seen = self._count.read(day)
        state, rule = judge(seen, self._limits, self._level)
        differs = (state != self._state) & (self._state != _PROSPECT)
        self._votes = np.where(differs, np.where(state == self._next, self._votes, 0) + 1, 0)
        self._next = state
        enough = np.where(state == _DECLINE, 1, self._limits.hysteresis)
        rows = np.flatnonzero(differs & (self._votes >= enough))
        if len(rows):
            self._enter(rows, state[rows])
            days, told = np.full(len(rows), day), numbers(seen, self._limits, rule, rows)
            self._told.append(Changes(rows, days, state[rows], rule[rows], *told))

    def _enter(self, rows: Ints, state: Small) -> None:
        self._state[rows], self._votes[rows] = state, 0
        lasting = (state == _BUILD_UP) | (state == _STABILITY)
        self._level[rows[lasting]] = state[lasting]

    def outcome(self, as_of: int) -> Outcome:
        """Return what has come of it."""
        parts = (
            [
                np.concatenate([getattr(one, name) for one in self._told])
                for name in ("row", "day", "state", "rule", "value", "limit")
            ]
            if self._told
            else [np.array([], kind) for kind in ("i8", "i8", "i1", "i1", "f8", "f8")]
        )
        order = np.lexsort((parts[1], parts[0]))
        return Outcome(self._state, Changes(*(part[order] for part in parts)), self._count.read(as_of))
