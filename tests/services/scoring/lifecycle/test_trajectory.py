"""The way of a relation: rules with their numbers, hysteresis, dates that do not depend on when one asks."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import special

from services.scoring.estimators.mbgnbd import MbgNbd
from services.scoring.lifecycle.gaps import Unfitted, gap_quantile
from services.scoring.lifecycle.purchases import Purchases
from services.scoring.lifecycle.thresholds import RULES, STATES, Ground, Phase, Thresholds
from services.scoring.lifecycle.trajectory import Outcome, follow
from tests.services.scoring.lifecycle.simulation import simulate

FITTED = MbgNbd(1.08, 3.93, 0.45, 4.06)
LIMITS = Thresholds(period_days=10)


def bought(*days: int, money: float | list[float] = 50.0, new: list[int] | None = None) -> Purchases:
    """Return the purchases of one customer."""
    spent = np.broadcast_to(np.array(money, float), len(days)).copy()
    categories = np.array(new if new is not None else [0] * len(days), float)
    return Purchases(1, np.zeros(len(days), np.int64), np.array(days, np.int64), spent, spent, categories)


def way(found: Outcome) -> list[tuple[int, Phase, Ground]]:
    changes = found.changes
    told = zip(changes.day, changes.state, changes.rule, strict=True)
    return [(int(day), STATES[state], RULES[rule]) for day, state, rule in told]


def test_nobody_who_has_not_bought_has_a_way() -> None:
    found = follow(bought(), FITTED, LIMITS, 1000)
    assert (STATES[found.state[0]], way(found)) == (Phase.PROSPECT, [])
    assert STATES[follow(bought(500), FITTED, LIMITS, 499).state[0]] is Phase.PROSPECT


def test_a_life_from_the_first_order_to_the_return() -> None:
    steady = list(range(100, 400, 10))
    found = way(follow(bought(*steady, 1500), FITTED, LIMITS, 1500))
    assert [(state, rule) for _, state, rule in found] == [
        (Phase.EXPLORATION, Ground.FIRST_ORDER),
        (Phase.STABILITY, Ground.STEADY_SPEND),
        (Phase.DECLINE, Ground.SILENCE),
        (Phase.LOST, Ground.GONE),
        (Phase.WON_BACK, Ground.RETURNED),
    ]
    days = [day for day, _, _ in found]
    assert (days[0], days[-1]) == (100, 1500)  # orders count on their own day
    assert all(day % LIMITS.period_days == 0 for day in days[1:-1])


def test_reasons_come_with_the_numbers_that_were_compared() -> None:
    found = follow(bought(*range(100, 400, 10), 1500), FITTED, LIMITS, 1500).changes
    value, limit = (
        dict(zip(found.rule, found.value, strict=True)),
        dict(zip(found.rule, found.limit, strict=True)),
    )
    at = {
        rule: RULES.index(rule)
        for rule in (
            Ground.STEADY_SPEND,
            Ground.SILENCE,
            Ground.GONE,
            Ground.RETURNED,
        )
    }
    assert value[at[Ground.STEADY_SPEND]] == pytest.approx(0, abs=1e-6)
    assert limit[at[Ground.STEADY_SPEND]] == LIMITS.stability_cv
    meant = gap_quantile(FITTED, np.array([29.0]), np.array([290.0]), LIMITS.silence_level)[0]
    mean, rhythm = (3.93 * 7 + 290) / (1.08 + 29), (28 + 4) / 4  # even gaps, four of the prior
    expected = mean * special.gammainccinv(rhythm, np.exp(-meant / mean)) / rhythm
    assert limit[at[Ground.SILENCE]] == pytest.approx(expected)
    assert (
        value[at[Ground.SILENCE]] == np.ceil((390 + expected + 1e-9) / 10) * 10 - 390
    )  # the first look after it
    assert value[at[Ground.GONE]] < limit[at[Ground.GONE]] == LIMITS.lost_p_alive
    assert value[at[Ground.RETURNED]] == 1500 - 390


def test_growth_and_new_categories_build_up() -> None:
    days = list(range(100, 400, 10))
    growing = way(follow(bought(*days, money=[10 * 1.1**n for n in range(30)]), FITTED, LIMITS, 400))
    assert growing[-1][1:] == (Phase.BUILD_UP, Ground.SPEND_GROWS)
    wider = follow(bought(*days, new=[0] * 28 + [1, 0]), FITTED, LIMITS, 400)
    assert way(wider)[-1][1:] == (Phase.BUILD_UP, Ground.NEW_CATEGORY)


def test_a_falling_margin_is_a_decline_at_everybodys_own_pace() -> None:
    days, money = list(range(100, 500)), [10.0] * 300 + [3.0] * 100
    limits = Thresholds(period_days=20)
    assert Ground.MARGIN_FALLS in {
        rule for _, _, rule in way(follow(bought(*days, money=money), FITTED, limits, 500))
    }
    seldom = follow(bought(*days[::10], money=money[::10]), FITTED, limits, 500)
    assert Ground.MARGIN_FALLS in {rule for _, _, rule in way(seldom)}
    uneven = follow(bought(*days[::10], money=[10.0, 4.0, 7.0, 10.0] * 10), FITTED, limits, 500)
    assert Ground.MARGIN_FALLS not in {rule for _, _, rule in way(uneven)}


def test_one_look_decides_decline_and_two_all_else() -> None:
    days = [*range(100, 400, 10), 412, 420, 430, 440]
    quick = way(follow(bought(*days), FITTED, Thresholds(period_days=5, hysteresis=1), 440))
    slow = way(follow(bought(*days), FITTED, Thresholds(period_days=5, hysteresis=3), 440))
    first = [next(day for day, state, _ in one if state is Phase.DECLINE) for one in (quick, slow)]
    assert first[0] == first[1]
    back = [
        next(day for day, state, _ in one if day > first[0] and state is Phase.STABILITY)
        for one in (quick, slow)
    ]
    assert back[1] == back[0] + 10


def test_what_is_said_of_a_day_does_not_depend_on_when_it_is_asked() -> None:
    lived = simulate(100, 1000, 3)
    whole = follow(lived.purchases, FITTED, Thresholds(), 1000)
    for day in (400, 707, 990):
        then = follow(lived.purchases, FITTED, Thresholds(), day)
        known = whole.changes.day <= day
        for name in ("row", "day", "state", "rule", "value", "limit"):
            np.testing.assert_array_equal(getattr(then.changes, name), getattr(whole.changes, name)[known])


def test_everybody_and_one_are_judged_alike() -> None:
    lived = simulate(60, 1000, 4)
    everybody = follow(lived.purchases, FITTED, Thresholds(), 1000)
    for row in range(60):
        mine = lived.purchases.row == row
        its = lived.purchases.take(np.flatnonzero(mine))
        alone = follow(replace(its, customers=1, row=its.row * 0), FITTED, Thresholds(), 1000)
        assert alone.state[0] == everybody.state[row]
        of = everybody.changes.row == row
        np.testing.assert_array_equal(alone.changes.day, everybody.changes.day[of])
        np.testing.assert_allclose(alone.signals.p_alive[0], everybody.signals.p_alive[row])


def test_without_a_fit_long_silence_is_what_loses() -> None:
    rough = Unfitted.of(10.0)
    found = way(follow(bought(*range(100, 200, 10)), rough, LIMITS, 1000))
    assert [rule for _, _, rule in found][-2:] == [Ground.SILENCE, Ground.LONG_SILENCE]
    assert Unfitted.of(None).alpha == 13


def test_the_gap_of_who_stays() -> None:
    """Against draws: a rate from its posterior, then a gap at that rate."""
    draw = np.random.default_rng(1)
    for x, days in ((0.0, 0.0), (3.0, 100.0), (20.0, 300.0)):
        rate = draw.gamma(FITTED.r + x, 1 / (FITTED.alpha * 7 + days), 200_000)
        gaps = draw.exponential(1 / rate)
        for level in (0.5, 0.9):
            found = gap_quantile(FITTED, np.array([x]), np.array([days]), level)[0]
            assert (gaps <= found).mean() == pytest.approx(level, abs=0.004)
