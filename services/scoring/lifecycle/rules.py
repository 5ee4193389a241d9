"""Owns the rules of the lifecycle: which state the numbers of a day speak for (scoring.md 4). Pure."""

import numpy as np
from numpy.typing import NDArray

from services.scoring.lifecycle.purchases import Floats, Ints
from services.scoring.lifecycle.signals import Signals
from services.scoring.lifecycle.thresholds import (
    RULE_NUMBER,
    STATE_NUMBER,
    Ground,
    Phase,
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
    state, rule = level.copy(), np.full(len(level), RULE_NUMBER[Ground.AS_BEFORE], np.int8)
    begun = level == STATE_NUMBER[Phase.EXPLORATION]
    state[begun], rule[begun] = (
        STATE_NUMBER[Phase.BUILD_UP],
        RULE_NUMBER[Ground.PAST_EXPLORATION],
    )
    for word, its, holds in _rules(seen, limits):
        state[holds], rule[holds] = STATE_NUMBER[word], RULE_NUMBER[its]
    returned = (state == STATE_NUMBER[Phase.EXPLORATION]) & (seen.orders < seen.bought)
    state[returned] = STATE_NUMBER[Phase.WON_BACK]
    return state, rule


def _rules(seen: Signals, limits: Thresholds) -> list[tuple[Phase, Ground, Marks]]:
    unknown = np.isnan(seen.p_alive)
    steady = (seen.bought >= limits.stability_orders) & (seen.cv < limits.stability_cv)
    brief = seen.tenure < limits.exploration_gaps * seen.gap_typical
    return [
        (Phase.STABILITY, Ground.STEADY_SPEND, steady),
        (Phase.BUILD_UP, Ground.NEW_CATEGORY, seen.new_categories > 0),
        (
            Phase.BUILD_UP,
            Ground.SPEND_GROWS,
            (seen.growth_t > limits.growth_t) & (seen.growth >= limits.growth_share),
        ),
        (Phase.EXPLORATION, Ground.SHORT_TENURE, brief),
        (Phase.EXPLORATION, Ground.FEW_ORDERS, seen.orders <= limits.exploration_orders),
        (Phase.DECLINE, Ground.MARGIN_FALLS, seen.margin_change <= -limits.margin_fall),
        (Phase.DECLINE, Ground.PROBABLY_GONE, seen.p_alive < limits.decline_p_alive),
        (Phase.DECLINE, Ground.SILENCE, seen.gap > seen.gap_limit),
        (Phase.LOST, Ground.LONG_SILENCE, unknown & (seen.gap > seen.gap_lost)),
        (Phase.LOST, Ground.GONE, seen.p_alive < limits.lost_p_alive),
    ]


def numbers(seen: Signals, limits: Thresholds, rule: Small, rows: Ints) -> tuple[Floats, Floats]:
    """Return for some customers the number that their rule compared, and what with; NaN where nothing is."""
    whole = np.full(len(seen.gap), np.nan)
    told: dict[Ground, tuple[NDArray[np.generic], NDArray[np.generic] | float]] = {
        Ground.STEADY_SPEND: (seen.cv, limits.stability_cv),
        Ground.NEW_CATEGORY: (seen.new_categories, 0.0),
        Ground.SPEND_GROWS: (seen.growth_t, limits.growth_t),
        Ground.SHORT_TENURE: (seen.tenure, limits.exploration_gaps * seen.gap_typical),
        Ground.FEW_ORDERS: (seen.orders, float(limits.exploration_orders)),
        Ground.MARGIN_FALLS: (seen.margin_change, -limits.margin_fall),
        Ground.PROBABLY_GONE: (seen.p_alive, limits.decline_p_alive),
        Ground.SILENCE: (seen.gap, seen.gap_limit),
        Ground.LONG_SILENCE: (seen.gap, seen.gap_lost),
        Ground.GONE: (seen.p_alive, limits.lost_p_alive),
    }
    value, limit = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    for its, (number, against) in told.items():
        mine = rule[rows] == RULE_NUMBER[its]
        of = rows[mine]
        value[mine] = number[of]
        limit[mine] = np.broadcast_to(np.asarray(against, np.float64), whole.shape)[of]
    return value, limit
