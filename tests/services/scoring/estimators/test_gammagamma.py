"""Gamma-Gamma against the published values and the story it tells."""

from dataclasses import astuple

import numpy as np
import pytest
from scipy import integrate

from services.scoring.estimators import SPEND_ESTIMATORS
from services.scoring.estimators.fitting import Status
from services.scoring.estimators.gammagamma import GammaGamma
from services.scoring.estimators.histogram import SpendHistogram
from tests.services.scoring.estimators.conftest import Cdnow


def test_parameters(cdnow: Cdnow) -> None:
    fitted = SPEND_ESTIMATORS["gamma_gamma"].fit(cdnow.summary.spend_histogram())
    assert (fitted.status, fitted.customers) == (Status.OK, 946)
    assert fitted.parameters is not None
    assert fitted.log_likelihood is not None
    assert astuple(fitted.parameters) == pytest.approx((6.2496, 3.7442, 15.4435), rel=5e-4)
    assert fitted.log_likelihood >= -4055.9177 - 1e-3


def test_the_currency_only_scales_v(cdnow: Cdnow) -> None:
    dollars = GammaGamma.fit(cdnow.summary.spend_histogram())
    cents = GammaGamma.fit(SpendHistogram.of(cdnow.summary.x, cdnow.summary.spend * 1e6))
    assert dollars.parameters is not None
    assert cents.parameters is not None
    assert cents.parameters.p == pytest.approx(dollars.parameters.p, rel=1e-6)
    assert cents.parameters.v == pytest.approx(dollars.parameters.v * 1e6, rel=1e-6)


@pytest.mark.parametrize(("x", "mean"), [(0, 0.0), (1, 80.0), (12, 25.0)])
def test_expected_spend_equals_the_integral_over_what_is_not_known(x: int, mean: float) -> None:
    model = GammaGamma(6.25, 3.74, 15.44)
    shape, rate = model.q + model.p * x, model.v + mean * x  # of ν after x days

    def weighted(nu: float, power: int) -> float:
        return float(nu ** (shape - 1 - power) * np.exp(-rate * nu))

    top, bottom = (integrate.quad(weighted, 0, np.inf, args=(power,), epsabs=0)[0] for power in (1, 0))
    assert model.expected_spend(x, mean) == pytest.approx(model.p * top / bottom, rel=1e-6)


def test_a_new_customer_spends_the_population_mean() -> None:
    model = GammaGamma(6.25, 3.74, 15.44)
    assert model.expected_spend(0, 0) == pytest.approx(model.population_mean)
    draw = np.random.default_rng(2)
    spent = draw.gamma(model.p, 1, 400_000) / draw.gamma(model.q, 1 / model.v, 400_000)
    assert spent.mean() == pytest.approx(model.population_mean, rel=0.01)


def test_refunds_do_not_make_spend_negative() -> None:
    model = GammaGamma(6.25, 3.74, 15.44)
    assert model.expected_spend(2, -40.0) == model.expected_spend(2, 0.0) > 0


def test_an_infinite_mean_is_said() -> None:
    heavy = GammaGamma(2.0, 0.6, 10.0)
    assert heavy.population_mean == np.inf
    assert heavy.expected_spend(0, 0) == np.inf
    draw = np.random.default_rng(3)
    spend = draw.gamma(heavy.p, 1, 2_000) / draw.gamma(heavy.q, 1 / heavy.v, 2_000)
    fitted = GammaGamma.fit(SpendHistogram.of(np.ones(2_000, int), spend))
    assert fitted.status is Status.DEGENERATE
    assert "infinite" in fitted.reason
