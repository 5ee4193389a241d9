"""Expectations per customer, and the factors that they are made of."""

import numpy as np
import pytest

from services.scoring.estimators.forecast import Forecast, Horizon, forecast
from services.scoring.estimators.gammagamma import GammaGamma
from services.scoring.estimators.mbgnbd import MbgNbd
from tests.services.scoring.estimators.conftest import Cdnow

TIMING = MbgNbd(0.52484, 6.18309, 0.89136, 1.61400)
SPEND = GammaGamma(6.2496, 3.7442, 15.4435)


@pytest.fixture(scope="module")
def expected(cdnow: Cdnow) -> Forecast:
    return forecast(TIMING, SPEND, cdnow.summary)


def test_a_forecast_is_the_estimators_word_for_each_customer(cdnow: Cdnow, expected: Forecast) -> None:
    x, (t_x, age) = cdnow.summary.x, cdnow.summary.weeks
    np.testing.assert_allclose(expected.purchases, TIMING.expected_purchases(x, t_x, age, 52), rtol=1e-12)
    np.testing.assert_allclose(expected.p_active, TIMING.p_active(x, t_x, age, 52), rtol=1e-12)
    each = SPEND.expected_spend(x, cdnow.summary.spend)
    np.testing.assert_allclose(expected.value, expected.purchases * each, rtol=1e-12)


def test_every_value_is_the_product_of_its_factors(expected: Forecast) -> None:
    product = expected.p_alive * expected.purchases_if_alive * expected.value_per_purchase
    np.testing.assert_allclose(product, expected.value, rtol=1e-9)


def test_a_discount_shrinks_values_and_not_purchases(cdnow: Cdnow, expected: Forecast) -> None:
    paid_later = forecast(TIMING, SPEND, cdnow.summary, Horizon(discount=0.1))
    np.testing.assert_array_equal(paid_later.purchases, expected.purchases)
    share = paid_later.value / expected.value
    assert (share < 1).all()
    assert (share > 1.1**-0.55).all()  # purchases come sooner rather than later, as customers drop out


def test_the_margin_scales_the_value(cdnow: Cdnow, expected: Forecast) -> None:
    earned = forecast(TIMING, SPEND, cdnow.summary, Horizon(margin=0.3))
    np.testing.assert_allclose(earned.value, 0.3 * expected.value)


@pytest.mark.parametrize("horizon", [{"weeks": 0.0}, {"weeks": float("nan")}, {"discount": -1.0}])
def test_a_senseless_horizon_is_refused(horizon: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="no value over"):
        Horizon(**horizon)


def test_nobody_has_an_empty_forecast(cdnow: Cdnow) -> None:
    assert len(forecast(TIMING, SPEND, cdnow.summary[:0]).value) == 0
