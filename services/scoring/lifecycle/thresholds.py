"""Owns the words of the lifecycle and the limits of its rules. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """Where a relation stands; the order is that of their numbers in tables and arrays."""

    PROSPECT = "prospect"
    EXPLORATION = "exploration"
    BUILD_UP = "build_up"
    STABILITY = "stability"
    DECLINE = "decline"
    LOST = "lost"
    WON_BACK = "won_back"


class Ground(StrEnum):
    """Why a relation came into its state; numbered by their order too."""

    NO_ORDER = "no_order"
    FIRST_ORDER = "first_order"
    FEW_ORDERS = "few_orders"
    SHORT_TENURE = "short_tenure"
    SPEND_GROWS = "spend_grows"
    NEW_CATEGORY = "new_category"
    STEADY_SPEND = "steady_spend"
    SILENCE = "silence"
    PROBABLY_GONE = "probably_gone"
    MARGIN_FALLS = "margin_falls"
    GONE = "gone"
    LONG_SILENCE = "long_silence"
    RETURNED = "returned"
    PAST_EXPLORATION = "past_exploration"
    AS_BEFORE = "as_before"


STATES, RULES = tuple(Phase), tuple(Ground)
STATE_NUMBER = {state: number for number, state in enumerate(STATES)}
RULE_NUMBER = {rule: number for number, rule in enumerate(RULES)}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """A firm's limits (scoring.md 4); times in days, shares between 0 and 1.

    Every customer is looked at on the same days: each `period_days` from 1970-01-01. `hysteresis` is how many
    looks in a row must agree before a state is left, for all but decline, which one look decides.
    `margin_purchases`: purchases expected in a period below which chance alone moves the margin by a third;
    there, and for growth, the trend of the orders is asked what it comes to in as many of the customer's own
    periods. Defaults are those that docs/lifecycle.md measures.
    """

    period_days: int = 14
    hysteresis: int = 2
    exploration_orders: int = 2
    exploration_gaps: float = 1.0
    silence_level: float = 0.95
    decline_p_alive: float = 0.5
    lost_p_alive: float = 0.25
    lost_silence_level: float = 0.99
    margin_fall: float = 0.3
    margin_periods: int = 3
    margin_weight: float = 0.3
    margin_purchases: float = 12.0
    order_weight: float = 0.6
    growth_t: float = 1.0
    growth_share: float = 0.6
    category_periods: int = 6
    stability_orders: int = 4
    stability_cv: float = 0.5
