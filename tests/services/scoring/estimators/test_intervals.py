"""Quantiles of each customer's value and of the whole base's: exact, and covering what they say."""

import numpy as np
import pytest
from scipy import optimize, special

from services.scoring.estimators.bgnbd import BgNbd
from services.scoring.estimators.fitting import Fit, Status
from services.scoring.estimators.forecast import Horizon, forecast
from services.scoring.estimators.gammagamma import GammaGamma
from services.scoring.estimators.intervals import LEVELS, purchase_quantiles, quantiles
from services.scoring.estimators.mbgnbd import MbgNbd
from services.scoring.estimators.paretonbd import ParetoNbd
from services.scoring.estimators.summary import Summary
from services.scoring.estimators.timing import Timing
from services.scoring.estimators.total import total
from tests.services.scoring.estimators.conftest import Cdnow
from tests.services.scoring.estimators.coverage import coverage, drawn
from tests.services.scoring.estimators.simulation import simulate

SPEND = GammaGamma(6.25, 3.74, 15.44)
REGULAR = GammaGamma(400.0, 30.0, 2.0)  # everyone spends about the same each time
TIMINGS: list[Timing] = [
    MbgNbd(0.525, 6.18, 0.89, 1.61),
    BgNbd(1.7, 3.0, 0.4, 5.0),
    ParetoNbd(0.55, 10.6, 0.61, 11.7),
]
BUSY = MbgNbd(2.0, 6.0, 0.5, 12.0)


def exact(timing: Timing, spend: GammaGamma, one: Summary, level: float) -> float:
    """Return the quantile by adding up incomplete beta functions over every number of purchases."""
    x, (t_x, age) = one.x[0], (float(part[0]) for part in one.weeks)
    more = timing.p_more_if_alive(np.arange(1000), x, age, 52.0) * timing.p_alive(x, t_x, age)
    chance, n = more[:-1] - more[1:], np.arange(1, 1000)
    if more[0] <= 1 - level:
        return 0.0

    def above(log: float) -> float:
        return (
            float(chance @ special.betaincc(spend.p * n, spend.q + spend.p * x, special.expit(log)))
            - 1
            + level
        )

    return float(np.exp(optimize.brentq(above, -40, 40)) * (spend.v + x * one.spend[0]))


@pytest.mark.parametrize("timing", TIMINGS, ids=str)
@pytest.mark.parametrize("spend", [SPEND, REGULAR], ids=str)
@pytest.mark.parametrize(
    "history", [(0, 0, 90), (1, 60, 200), (6, 250, 273), (26, 216, 217), (120, 360, 364)]
)
def test_quantiles_equal_exact_sums(timing: Timing, spend: GammaGamma, history: tuple[int, int, int]) -> None:
    x, t_x, age = (np.array([part]) for part in history)
    one = Summary(x, t_x, age, np.where(x > 0, 30.0, 0.0))
    found = quantiles(timing, spend, one)[0]
    np.testing.assert_allclose(
        found, [exact(timing, spend, one, level) for level in LEVELS], rtol=8e-3 if x[0] > 50 else 3e-3
    )


@pytest.mark.parametrize("timing", TIMINGS, ids=str)
def test_purchase_quantiles_are_the_least_numbers_with_that_chance(timing: Timing, cdnow: Cdnow) -> None:
    some = cdnow.summary[np.arange(0, 2357, 31)]
    found, (t_x, age) = purchase_quantiles(timing, some), some.weeks
    more = timing.p_more_if_alive(np.arange(400), some.x[:, None], age[:, None], 52)
    at_most = 1 - timing.p_alive(some.x, t_x, age)[:, None] * more
    for column, level in enumerate(LEVELS):
        least = np.argmax(at_most >= level - 1e-9, axis=1)
        exact = least <= 64
        np.testing.assert_array_equal(found[exact, column], least[exact])
        np.testing.assert_allclose(found[:, column], least, rtol=1 / 32)
    assert (found[:, 2] > 0).any()


@pytest.mark.parametrize(
    ("simulator", "estimator"),
    [
        ("BG/NBD", "bg_nbd"),
        ("BG/NBD", "mbg_nbd"),
        ("Pareto/NBD", "pareto_nbd"),
        ("Pareto/NBD", "mbg_nbd"),
        ("seasonal", "pareto_nbd"),
        ("seasonal", "mbg_nbd"),
    ],
)
def test_intervals_hold_what_they_say(simulator: str, estimator: str) -> None:
    found = coverage(estimator, drawn(simulator, 5_000, 11))  # chance alone moves these by 0.006
    assert 0.77 <= found.value <= 0.83
    assert 0.77 <= found.purchases <= 0.83


def test_quantiles_do_not_depend_on_the_company_kept(cdnow: Cdnow) -> None:
    together = quantiles(TIMINGS[0], SPEND, cdnow.summary)
    alone = np.concatenate(
        [quantiles(TIMINGS[0], SPEND, cdnow.summary[at : at + 1]) for at in range(0, 2357, 40)]
    )
    np.testing.assert_allclose(alone, together[::40], rtol=1e-9)
    np.testing.assert_array_equal(together, quantiles(TIMINGS[0], SPEND, cdnow.summary))
    assert (np.diff(together, axis=1) >= 0).all()


def test_quantiles_follow_discount_and_margin(cdnow: Cdnow) -> None:
    plain, terms = quantiles(TIMINGS[0], SPEND, cdnow.summary), Horizon(discount=0.1, margin=0.4)
    share = (
        forecast(TIMINGS[0], SPEND, cdnow.summary, terms).value
        / forecast(TIMINGS[0], SPEND, cdnow.summary).value
    )
    np.testing.assert_allclose(quantiles(TIMINGS[0], SPEND, cdnow.summary, terms), share[:, None] * plain)


def test_intervals_cover_what_they_say() -> None:
    age = np.random.default_rng(9).integers(200, 500, 30_000)
    drawn = simulate(BUSY, SPEND, age, 52, seed=10)
    timing, spend = MbgNbd.fit(drawn.seen.histogram()), GammaGamma.fit(drawn.seen.spend_histogram())
    assert timing.parameters is not None
    assert spend.parameters is not None
    p10, p50, p90 = quantiles(timing.parameters, spend.parameters, drawn.seen).T
    covered = (p10 <= drawn.later_value) & (drawn.later_value <= p90)
    likely = (
        p10 > 0
    )  # elsewhere a value of exactly 0 has more than 10 %, and no interval can leave it out by half
    assert likely.sum() > 5_000
    assert 0.77 <= covered[likely].mean() <= 0.83
    assert 0.47 <= (drawn.later_value <= p50)[likely].mean() <= 0.53
    uncertain = ~likely & (p90 > 0)
    assert 0.87 <= covered[uncertain].mean() <= 0.93


def test_the_interval_of_the_base_covers_what_it_says() -> None:
    hits, rounds = 0, 40
    for seed in range(rounds):
        drawn = simulate(
            BUSY, SPEND, np.random.default_rng(seed).integers(200, 500, 600), 52, seed=1000 + seed
        )
        fits = MbgNbd.fit(drawn.seen.histogram()), GammaGamma.fit(drawn.seen.spend_histogram())
        base = total(*fits, drawn.seen)
        hits += base.p10 <= drawn.later_value.sum() <= base.p90
    assert 0.64 <= hits / rounds <= 0.96  # 80 % within 2.5 standard deviations of 40 rounds


def test_the_base_adds_up(cdnow: Cdnow) -> None:
    timing = MbgNbd.fit(cdnow.summary.histogram())
    spend = GammaGamma.fit(cdnow.summary.spend_histogram())
    assert timing.parameters is not None
    assert spend.parameters is not None
    base = total(timing, spend, cdnow.summary)
    assert base.mean == pytest.approx(
        forecast(timing.parameters, spend.parameters, cdnow.summary).value.sum()
    )
    assert base.p10 < base.p50 < base.mean < base.p90


def test_no_interval_without_a_sound_fit(cdnow: Cdnow) -> None:
    none: Fit[Timing] = Fit(Status.NOT_ENOUGH_DATA, "3 customers", 3, 0)
    with pytest.raises(ValueError, match="3 customers"):
        total(none, GammaGamma.fit(cdnow.summary.spend_histogram()), cdnow.summary)


def test_no_interval_of_a_sum_without_variance(cdnow: Cdnow) -> None:
    timing = MbgNbd.fit(cdnow.summary.histogram())
    wild = Fit(Status.OK, "", 946, 946, GammaGamma(6.0, 1.5, 5.0), np.eye(3), 0.0)
    with pytest.raises(ValueError, match="no finite variance"):
        total(timing, wild, cdnow.summary)
