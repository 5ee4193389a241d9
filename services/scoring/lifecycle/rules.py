"""Owns the rules of the lifecycle: which state the numbers of a day speak for (scoring.md 4). Pure."""

import numpy as np
from numpy.typing import NDArray

from services.scoring.lifecycle.purchases import Floats, Ints
from services.scoring.lifecycle.signals import Signals
from services.scoring.lifecycle.thresholds import (
    RULE_NUMBER,
    STATE_NUMBER,
    LifecycleRule,
    LifecycleState,
    Thresholds,
)

Marks = NDArray[np.bool_]
Small = NDArray[np.int8]


def judge(seen: Signals, limits: Thresholds, level: Small) -> tuple[Small, Small]:
    """Return the state that each customer's numbers speak for, and the rule.

    Of rules that hold, the later one counts. `level` is the last of build-up and stability that a customer
    was in, else exploration: where no rule holds, that again, and build-up for whom exploration is over.
    Whoever returned is won back where another one would be in exploration.
    """
    state, rule = level.copy(), np.full(len(level), RULE_NUMBER[LifecycleRule.AS_BEFORE], np.int8)
    begun = level == STATE_NUMBER[LifecycleState.EXPLORATION]
    state[begun], rule[begun] = (
        STATE_NUMBER[LifecycleState.BUILD_UP],
        RULE_NUMBER[LifecycleRule.PAST_EXPLORATION],
    )
    for word, its, holds in _rules(seen, limits):
        state[holds], rule[holds] = STATE_NUMBER[word], RULE_NUMBER[its]
    returned = (state == STATE_NUMBER[LifecycleState.EXPLORATION]) & (seen.orders < seen.bought)
    state[returned] = STATE_NUMBER[LifecycleState.WON_BACK]
    return state, rule


def _rules(seen: Signals, limits: Thresholds) -> list[tuple[LifecycleState, LifecycleRule, Marks]]:
    unknown = np.isnan(seen.p_alive)
    steady = (seen.bought >= limits.stability_orders) & (seen.cv < limits.stability_cv)
    brief = seen.tenure < limits.exploration_gaps * seen.gap_typical
    return [
        (LifecycleState.STABILITY, LifecycleRule.STEADY_SPEND, steady),
        (LifecycleState.BUILD_UP, LifecycleRule.NEW_CATEGORY, seen.new_categories > 0),
        (LifecycleState.BUILD_UP, LifecycleRule.SPEND_GROWS, seen.growth_t > limits.growth_t),
        (LifecycleState.EXPLORATION, LifecycleRule.SHORT_TENURE, brief),
        (LifecycleState.EXPLORATION, LifecycleRule.FEW_ORDERS, seen.orders <= limits.exploration_orders),
        (LifecycleState.DECLINE, LifecycleRule.MARGIN_FALLS, seen.margin_change <= -limits.margin_fall),
        (LifecycleState.DECLINE, LifecycleRule.PROBABLY_GONE, seen.p_alive < limits.decline_p_alive),
        (LifecycleState.DECLINE, LifecycleRule.SILENCE, seen.gap > seen.gap_limit),
        (LifecycleState.LOST, LifecycleRule.LONG_SILENCE, unknown & (seen.gap > seen.gap_lost)),
        (LifecycleState.LOST, LifecycleRule.GONE, seen.p_alive < limits.lost_p_alive),
    ]


def numbers(seen: Signals, limits: Thresholds, rule: Small, rows: Ints) -> tuple[Floats, Floats]:
    """Return for some customers the number that their rule compared, and what with; NaN where nothing is."""
    whole = np.full(len(seen.gap), np.nan)
    told: dict[LifecycleRule, tuple[NDArray[np.generic], NDArray[np.generic] | float]] = {
        LifecycleRule.STEADY_SPEND: (seen.cv, limits.stability_cv),
        LifecycleRule.NEW_CATEGORY: (seen.new_categories, 0.0),
        LifecycleRule.SPEND_GROWS: (seen.growth_t, limits.growth_t),
        LifecycleRule.SHORT_TENURE: (seen.tenure, limits.exploration_gaps * seen.gap_typical),
        LifecycleRule.FEW_ORDERS: (seen.orders, float(limits.exploration_orders)),
        LifecycleRule.MARGIN_FALLS: (seen.margin_change, -limits.margin_fall),
        LifecycleRule.PROBABLY_GONE: (seen.p_alive, limits.decline_p_alive),
        LifecycleRule.SILENCE: (seen.gap, seen.gap_limit),
        LifecycleRule.LONG_SILENCE: (seen.gap, seen.gap_lost),
        LifecycleRule.GONE: (seen.p_alive, limits.lost_p_alive),
    }
    value, limit = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    for its, (number, against) in told.items():
        mine = rule[rows] == RULE_NUMBER[its]
        of = rows[mine]
        value[mine] = number[of]
        limit[mine] = np.broadcast_to(np.asarray(against, np.float64), whole.shape)[of]
    return value, limit
