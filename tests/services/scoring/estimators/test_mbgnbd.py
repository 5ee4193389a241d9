"""MBG/NBD against the reference fit, a simulation of its story, and integrals over that story's chances."""

from dataclasses import astuple

import numpy as np
import pytest
from scipy import integrate, special

from services.scoring.estimators import ESTIMATORS
from services.scoring.estimators.betageometric import BetaGeometric
from services.scoring.estimators.bgnbd import BgNbd
from services.scoring.estimators.fitting import Status
from services.scoring.estimators.gammagamma import GammaGamma
from services.scoring.estimators.histogram import Floats
from services.scoring.estimators.mbgnbd import MbgNbd
from tests.services.scoring.estimators.conftest import Cdnow
from tests.services.scoring.estimators.simulation import simulate

MODELS: list[BetaGeometric] = [
    MbgNbd(0.525, 6.183, 0.891, 1.614),
    MbgNbd(2.5, 9.0, 1.0, 4.0),  # a = 1 is the removable singularity
    BgNbd(0.243, 4.414, 0.793, 2.426),
    BgNbd(1.7, 6.0, 2.2, 5.0),
]
HISTORIES = [
    (0, 0.0, 39.0),
    (0, 0.0, 2.0),
    (1, 5.0, 39.0),
    (2, 30.43, 38.86),
    (9, 20.0, 39.0),
    (26, 30.857, 31.0),
]
SPEND = GammaGamma(6.25, 3.74, 15.44)


def test_parameters(cdnow: Cdnow) -> None:
    fitted = ESTIMATORS["mbg_nbd"].fit(cdnow.summary.histogram())
    assert fitted.status is Status.OK
    assert fitted.parameters is not None
    assert fitted.log_likelihood is not None
    assert astuple(fitted.parameters) == pytest.approx((0.52484, 6.18309, 0.89136, 1.61400), rel=5e-4)
    assert fitted.log_likelihood >= -9582.136 - 1e-3


def moments(model: BetaGeometric, x: int, t_x: float, age: float, t: float) -> Floats:
    """Integrate over rates and chances: P(alive), then if alive E[Y], P(Y > 0), P(Y > 3)."""
    rate, rate_weight = special.roots_genlaguerre(120, model.r + x - 1)
    u, chance_weight = special.roots_jacobi(120, model.b - 1, model.a - 1)
    rate, chance = (rate / (model.alpha + age))[:, None], ((1 + u) / 2)[None, :]
    weight = rate_weight[:, None] * chance_weight[None, :]
    # given λ and p, over the common factor λ^x e^(−λT), which the rates' weight holds
    alive = weight * (1 - chance) ** (x + model.at_first)
    before = chance * (1 - chance) ** (x - 1 + model.at_first) if x + model.at_first else 0 * chance
    # e^(λ(T−t_x)) overflows under the weight of T, so stopping is integrated under its own weight of t_x
    stopped = (chance_weight * before).sum() * rate_weight.sum()
    stopped *= ((model.alpha + age) / (model.alpha + t_x)) ** (model.r + x)
    counted = [(1 - np.exp(-rate * chance * t)) / chance, 1 - np.exp(-rate * t)]
    counted.append((1 - chance) ** 3 * special.gammainc(4, rate * t))
    expected = [(alive * one).sum() / alive.sum() for one in counted]
    return np.array([alive.sum() / (alive.sum() + stopped), *expected])


@pytest.mark.parametrize("model", MODELS, ids=str)
@pytest.mark.parametrize("history", HISTORIES)
@pytest.mark.parametrize("t", [4.0, 52.0])
def test_predictions_equal_integrals(
    model: BetaGeometric, history: tuple[int, float, float], t: float
) -> None:
    x, _, age = history
    predicted = [
        model.p_alive(*history),
        model.purchases_if_alive(x, age, t),
        model.p_active_if_alive(x, age, t),
        model.p_more_if_alive(3, x, age, t),
    ]
    np.testing.assert_allclose(predicted, moments(model, *history, t), rtol=2e-6)


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_a_new_customer_by_adaptive_quadrature(model: BetaGeometric) -> None:
    def given_chance(p: float) -> float:
        bought = 1 - (model.alpha / (model.alpha + 52 * p)) ** model.r  # ∫ over rates, in closed form
        return float((1 - p) ** model.at_first * bought / p * p ** (model.a - 1) * (1 - p) ** (model.b - 1))

    integral, _ = integrate.quad(given_chance, 0, 1, limit=200)
    assert model.expected_new(52) == pytest.approx(integral / special.beta(model.a, model.b), rel=1e-6)


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_chances_of_each_number_sum_to_the_expectation(model: BetaGeometric) -> None:
    numbers = np.arange(20_000)
    more = model.p_more_if_alive(numbers, 5, 31.0, 52.0)
    assert more.sum() == pytest.approx(model.purchases_if_alive(5, 31.0, 52.0), rel=1e-6)
    assert more[0] == pytest.approx(model.p_active_if_alive(5, 31.0, 52.0), rel=1e-12)


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_predictions_equal_what_simulated_customers_do(model: BetaGeometric) -> None:
    drawn = simulate(model, SPEND, np.full(400_000, 273), 39, seed=4)
    predictions = [
        (model.p_alive(drawn.seen.x, *drawn.seen.weeks), drawn.alive),
        (model.expected_purchases(drawn.seen.x, *drawn.seen.weeks, 39), drawn.later),
        (model.p_active(drawn.seen.x, *drawn.seen.weeks, 39), drawn.later > 0),
    ]
    recent = drawn.seen.t_x > 180
    groups = [drawn.seen.x == 0, (drawn.seen.x == 1) & recent, (drawn.seen.x == 1) & ~recent]
    groups += [drawn.seen.x == 2, drawn.seen.x > 4]
    for predicted, happened in predictions:
        for group in groups:
            noise = happened[group].std() / np.sqrt(group.sum())
            # the last purchase is known to the day only
            assert predicted[group].mean() == pytest.approx(happened[group].mean(), abs=4 * noise + 2e-3)


def test_silence_after_one_purchase_lowers_the_chance_of_being_alive() -> None:
    alive = MODELS[0].p_alive(0, 0, np.array([0.0, 10.0, 39.0, 150.0]))
    assert alive[0] == pytest.approx(1.614 / (0.891 + 1.614))
    assert (np.diff(alive) < 0).all()


def test_very_long_histories_stay_finite() -> None:
    x = np.array([500, 5000])
    for model in MODELS:
        expected = model.expected_purchases(x, 519, 520, 52)
        assert np.isfinite(expected).all()
        assert (expected > 0).all()
        assert (expected < x * 52 / 520 * 1.1).all()
