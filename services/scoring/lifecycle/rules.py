"""Owns the rules of the lifecycle: which state the numbers of a day speak for (scoring.md 4). Pure."""

import numpy as np
from numpy.typing import NDArray

from services.scoring.lifecycle.purchases import Floats, Ints
from services.scoring.lifecycle.signals import Signals
from services.scoring.lifecycle.thresholds import RULE_NUMBER, STATE_NUMBER, Rule, State, Thresholds

Marks = NDArray[np.bool_]
Small = NDArray[np.int8]


def judge(seen: Signals, limits: Thresholds, level: Small) -> tuple[Small, Small]:
    """Return the state that each customer's numbers speak for, and the rule.

    Of rules that hold, the later one counts. `level` is the last of build-up and stability that a customer
    was in, else exploration: where no rule holds, that again, and build-up for whom exploration is over.
    Whoever returned is won back where another one would be in exploration.
    """
    state, rule = level.copy(), np.full(len(level), RULE_NUMBER[Rule.AS_BEFORE], np.int8)
    begun = level == STATE_NUMBER[State.EXPLORATION]
    state[begun], rule[begun] = STATE_NUMBER[State.BUILD_UP], RULE_NUMBER[Rule.PAST_EXPLORATION]
    for word, its, holds in _rules(seen, limits):
        state[holds], rule[holds] = STATE_NUMBER[word], RULE_NUMBER[its]
    returned = (state == STATE_NUMBER[State.EXPLORATION]) & (seen.orders < seen.bought)
    state[returned] = STATE_NUMBER[State.WON_BACK]
    return state, rule


def _rules(seen: Signals, limits: Thresholds) -> list[tuple[State, Rule, Marks]]:
    unknown = np.isnan(seen.p_alive)
    steady = (seen.bought >= limits.stability_orders) & (seen.cv < limits.stability_cv)
    brief = seen.tenure < limits.exploration_gaps * seen.gap_typical
    return [
        (State.STABILITY, Rule.STEADY_SPEND, steady),
        (State.BUILD_UP, Rule.NEW_CATEGORY, seen.new_categories > 0),
        (State.BUILD_UP, Rule.SPEND_GROWS, seen.growth_t > limits.growth_t),
        (State.EXPLORATION, Rule.SHORT_TENURE, brief),
        (State.EXPLORATION, Rule.FEW_ORDERS, seen.orders <= limits.exploration_orders),
        (State.DECLINE, Rule.MARGIN_FALLS, seen.margin_change <= -limits.margin_fall),
        (State.DECLINE, Rule.PROBABLY_GONE, seen.p_alive < limits.decline_p_alive),
        (State.DECLINE, Rule.SILENCE, seen.gap > seen.gap_limit),
        (State.LOST, Rule.LONG_SILENCE, unknown & (seen.gap > seen.gap_lost)),
        (State.LOST, Rule.GONE, seen.p_alive < limits.lost_p_alive),
    ]


def numbers(seen: Signals, limits: Thresholds, rule: Small, rows: Ints) -> tuple[Floats, Floats]:
    """Return for some customers the number that their rule compared, and what with; NaN where nothing is."""
    whole = np.full(len(seen.gap), np.nan)
    told: dict[Rule, tuple[NDArray[np.generic], NDArray[np.generic] | float]] = {
        Rule.STEADY_SPEND: (seen.cv, limits.stability_cv),
        Rule.NEW_CATEGORY: (seen.new_categories, 0.0),
        Rule.SPEND_GROWS: (seen.growth_t, limits.growth_t),
        Rule.SHORT_TENURE: (seen.tenure, limits.exploration_gaps * seen.gap_typical),
        Rule.FEW_ORDERS: (seen.orders, float(limits.exploration_orders)),
        Rule.MARGIN_FALLS: (seen.margin_change, -limits.margin_fall),
        Rule.PROBABLY_GONE: (seen.p_alive, limits.decline_p_alive),
        Rule.SILENCE: (seen.gap, seen.gap_limit),
        Rule.LONG_SILENCE: (seen.gap, seen.gap_lost),
        Rule.GONE: (seen.p_alive, limits.lost_p_alive),
    }
    value, limit = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    for its, (number, against) in told.items():
        mine = rule[rows] == RULE_NUMBER[its]
        of = rows[mine]
        value[mine] = number[of]
        limit[mine] = np.broadcast_to(np.asarray(against, np.float64), whole.shape)[of]
    return value, limit
