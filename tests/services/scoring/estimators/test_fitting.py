"""The machinery of maximum likelihood: derivatives, counting, status, speed."""

import time
from dataclasses import astuple

import numpy as np
import pytest
from scipy import special

from services.scoring.estimators import ESTIMATORS
from services.scoring.estimators.betageometric_likelihood import BetaGeometricLikelihood
from services.scoring.estimators.bgnbd import BgNbd
from services.scoring.estimators.fitting import Likelihood, Status, maximise
from services.scoring.estimators.gammagamma import GammaGamma, GammaGammaLikelihood
from services.scoring.estimators.histogram import Floats, Histogram
from services.scoring.estimators.mbgnbd import MbgNbd
from services.scoring.estimators.paretonbd import ParetoNbd
from services.scoring.estimators.paretonbd_likelihood import ParetoLikelihood
from services.scoring.estimators.summary import Summary
from tests.services.scoring.estimators.conftest import Cdnow
from tests.services.scoring.estimators.simulation import simulate

SPEND = GammaGamma(6.25, 3.74, 15.44)
BETA = MbgNbd(0.8, 5.0, 0.9, 3.0)
PARETO = ParetoNbd(0.8, 5.0, 0.9, 12.0)
CODES = sorted(ESTIMATORS)


def likelihoods(cdnow: Cdnow) -> list[tuple[Likelihood, Floats]]:
    timing, spend = cdnow.summary.histogram(), cdnow.summary.spend_histogram()
    return [
        (BetaGeometricLikelihood(timing, 0), np.array([0.6, 9.0, 1.7, 0.4])),
        (BetaGeometricLikelihood(timing, 1), np.array([1.6, 3.0, 0.7, 4.0])),
        (GammaGammaLikelihood(spend, 1.0), np.array([2.0, 5.0, 9.0])),
        (ParetoLikelihood(timing), np.array([0.7, 9.0, 1.2, 14.0])),
        (ParetoLikelihood(timing), np.array([2.0, 30.0, 0.3, 4.0])),
    ]


@pytest.mark.parametrize("which", range(5))
def test_derivatives_equal_finite_differences(cdnow: Cdnow, which: int) -> None:
    likelihood, theta = likelihoods(cdnow)[which]
    _, gradient, hessian = likelihood(theta)
    for at, step in enumerate(np.diag(1e-5 * theta)):
        above, below = likelihood(theta + step), likelihood(theta - step)
        width = 2 * step[at]
        assert gradient[at] == pytest.approx((above[0] - below[0]) / width, rel=1e-5)
        np.testing.assert_allclose(hessian[at], (above[1] - below[1]) / width, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("at_first", [0, 1])
def test_counted_histories_weigh_what_the_customers_do(cdnow: Cdnow, at_first: int) -> None:
    r, alpha, a, b = theta = np.array([0.6, 9.0, 1.7, 0.4])
    x, (t_x, age) = cdnow.summary.x, cdnow.summary.weeks
    common = special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha) - special.betaln(a, b)
    alive = special.betaln(a, b + x + at_first) - (r + x) * np.log(alpha + age)
    seen = x + at_first > 0
    stopped = special.betaln(a + 1, np.where(seen, b + x + at_first - 1, 1)) - (r + x) * np.log(alpha + t_x)
    by_customer = common + np.logaddexp(alive, np.where(seen, stopped, -np.inf))
    counted, _, _ = BetaGeometricLikelihood(cdnow.summary.histogram(), at_first)(theta)
    assert counted == pytest.approx(by_customer.sum(), rel=1e-12)


def test_spend_likelihood_equals_the_published_density(cdnow: Cdnow) -> None:
    p, q, v = 2.0, 5.0, 9.0
    known = cdnow.summary.x > 0
    x, mean = cdnow.summary.x[known], cdnow.summary.spend[known]
    constant = special.gammaln(p * x + q) - special.gammaln(p * x) - special.gammaln(q) + q * np.log(v)
    density = constant + (p * x - 1) * np.log(mean) + p * x * np.log(x) - (p * x + q) * np.log(v + mean * x)
    counted, _, _ = GammaGammaLikelihood(cdnow.summary.spend_histogram(), 1.0)(np.array([p, q, v]))
    assert counted == pytest.approx(density.sum(), rel=1e-12)


@pytest.mark.parametrize("code", CODES)
def test_a_fit_over_shards_has_the_same_bits(cdnow: Cdnow, code: str) -> None:
    whole = ESTIMATORS[code].fit(cdnow.summary.histogram())
    shards = [cdnow.summary[np.arange(part, 2357, 8)].histogram() for part in reversed(range(8))]
    merged = shards[0]
    for shard in shards[1:]:
        merged += shard
    again = ESTIMATORS[code].fit(merged)
    assert again.parameters == whole.parameters
    assert again.log_likelihood == whole.log_likelihood


@pytest.mark.parametrize("code", CODES)
def test_other_customers_give_other_parameters(cdnow: Cdnow, code: str) -> None:
    whole = ESTIMATORS[code].fit(cdnow.summary.histogram())
    fewer = ESTIMATORS[code].fit(cdnow.summary[np.flatnonzero(np.arange(2357) % 10)].histogram())
    assert whole.parameters is not None
    assert fewer.parameters is not None
    moved = np.abs(np.log(astuple(fewer.parameters)) - np.log(astuple(whole.parameters)))
    assert (moved > 1e-4).all()


@pytest.mark.parametrize("code", CODES)
def test_every_start_finds_the_same_peak(cdnow: Cdnow, code: str) -> None:
    fitted = ESTIMATORS[code].fit(cdnow.summary.histogram())
    assert fitted.parameters is not None
    likelihood = ESTIMATORS[code].likelihood(cdnow.summary.histogram())
    for start in ((1.0, 1.0, 1.0, 1.0), (0.05, 50.0, 5.0, 0.1), (5.0, 0.5, 0.1, 5.0)):
        found = maximise(likelihood, np.array(start))
        assert found.converged
        np.testing.assert_allclose(found.theta, astuple(fitted.parameters), rtol=1e-5)


def test_the_fit_recovers_what_was_simulated_within_its_errors() -> None:
    age = np.random.default_rng(1).integers(90, 700, 60_000)
    drawn = simulate(BETA, SPEND, age, 1, seed=8)
    other = simulate(PARETO, SPEND, age, 1, seed=9)
    for model, fitted in (
        (BETA, MbgNbd.fit(drawn.seen.histogram())),
        (PARETO, ParetoNbd.fit(other.seen.histogram())),
        (SPEND, GammaGamma.fit(drawn.seen.spend_histogram())),
    ):
        assert fitted.parameters is not None
        assert fitted.covariance is not None
        away = np.log(astuple(fitted.parameters)) - np.log(astuple(model))
        assert (np.abs(away) < 4 * np.sqrt(np.diag(fitted.covariance))).all()


@pytest.mark.parametrize("code", CODES)
def test_a_parameter_at_its_bound_makes_the_fit_degenerate(code: str) -> None:
    draw, size = np.random.default_rng(6), 3_000
    times = np.cumsum(draw.exponential(20, (size, 80)), axis=1)  # one rate for all, and nobody stops
    x = (times <= 365).sum(axis=1)
    last = np.where(x > 0, np.ceil(times[np.arange(size), x - 1]), 0).astype(np.int64)
    fitted = ESTIMATORS[code].fit(Histogram.of(x, last, np.full(size, 365)))
    assert fitted.status is Status.DEGENERATE
    assert "bound" in fitted.reason
    assert fitted.parameters is not None
    assert fitted.covariance is None


def few(customers: int, repeat_buyers: int) -> Summary:
    x = (np.arange(customers) < repeat_buyers).astype(np.int64)
    return Summary(x, 30 * x, np.full(customers, 200), x.astype(np.float64))


@pytest.mark.parametrize(("customers", "repeat_buyers", "word"), [(99, 50, "customers"), (500, 29, "repeat")])
@pytest.mark.parametrize("code", CODES)
def test_too_few_data_are_no_fit(code: str, customers: int, repeat_buyers: int, word: str) -> None:
    fitted = ESTIMATORS[code].fit(few(customers, repeat_buyers).histogram())
    assert fitted.status is Status.NOT_ENOUGH_DATA
    assert word in fitted.reason
    assert (fitted.customers, fitted.repeat_buyers) == (customers, repeat_buyers)
    assert (fitted.parameters, fitted.covariance, fitted.log_likelihood) == (None, None, None)


def test_no_data_at_all_are_no_fit() -> None:
    nobody = few(0, 0)
    assert BgNbd.fit(nobody.histogram()).status is Status.NOT_ENOUGH_DATA
    assert GammaGamma.fit(nobody.spend_histogram()).status is Status.NOT_ENOUGH_DATA


@pytest.mark.parametrize(("code", "seconds"), [("mbg_nbd", 3), ("pareto_nbd", 4)])
def test_a_large_fit_is_quick(code: str, seconds: float) -> None:
    drawn = simulate(
        MbgNbd(0.5, 6.0, 0.9, 1.6), SPEND, np.random.default_rng(1).integers(90, 364, 200_000), 1, 3
    )
    began = time.perf_counter()
    ESTIMATORS[code].fit(drawn.seen.histogram())
    assert time.perf_counter() - began < seconds
