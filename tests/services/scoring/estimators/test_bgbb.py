"""BG/BB against the published donors, exact integrals over each customer's own chances, and derivatives."""

from dataclasses import astuple

import numpy as np
import pytest
from scipy import special

from services.scoring.estimators import PERIODIC_ESTIMATORS
from services.scoring.estimators.bgbb import BgBb
from services.scoring.estimators.bgbb_likelihood import PeriodicLikelihood
from services.scoring.estimators.fitting import Status
from services.scoring.estimators.forecast import Horizon, forecast
from services.scoring.estimators.gammagamma import GammaGamma
from services.scoring.estimators.histogram import Floats, Histogram
from services.scoring.estimators.intervals import purchase_quantiles
from services.scoring.estimators.summary import Summary

# donors of 1995 by (gifts, year of the last one) in the six years after: Fader, Hardie, Shang (2010), table 1
DONORS = {
    (6, 6): 1203, (5, 6): 728, (4, 6): 512, (3, 6): 357, (2, 6): 234, (1, 6): 129,
    (5, 5): 335, (4, 5): 284, (3, 5): 225, (2, 5): 173, (1, 5): 119,
    (4, 4): 240, (3, 4): 181, (2, 4): 155, (1, 4): 78,
    (3, 3): 322, (2, 3): 255, (1, 3): 129,
    (2, 2): 613, (1, 2): 277,
    (1, 1): 1091,
    (0, 0): 3464,
}  # fmt: skip
MODELS = [BgBb(1.20, 0.75, 0.66, 2.78), BgBb(0.5, 2.0, 1.0, 4.0), BgBb(3.0, 3.0, 2.0, 9.0)]
HISTORIES = [(0, 0, 6), (1, 1, 6), (3, 5, 6), (6, 6, 6), (2, 9, 20)]


def donors() -> Summary:
    """Return one row per donor; a year has seven days here."""
    x, t_x = (np.repeat([each[at] for each in DONORS], list(DONORS.values())) for at in (0, 1))
    return Summary(x, 7 * t_x, np.full(len(x), 42), np.where(x > 0, 30.0, 0.0))


def plain(model: BgBb, x: int, t_x: int, n: int, t: int) -> Floats:
    """Integrate over p and θ, exactly as both are polynomials: ln L, P(alive), E[Y], P(Y > 0), P(Y > 1)."""
    buys, buys_weight = special.roots_jacobi(60, model.beta - 1, model.alpha - 1)
    ends, ends_weight = special.roots_jacobi(60, model.delta - 1, model.gamma - 1)
    p, end = ((1 + buys) / 2)[:, None], ((1 + ends) / 2)[None, :]
    weight = (buys_weight / buys_weight.sum())[:, None] * (ends_weight / ends_weight.sum())[None, :]
    there = weight * p**x * (1 - p) ** (n - x) * (1 - end) ** n
    gone = sum(((1 - p) ** (u - x) * end * (1 - end) ** u for u in range(t_x, n)), start=0 * p * end)
    total = there.sum() + (weight * p**x * gone).sum()
    # how many chances they stay for, of the next t
    stays = [end * (1 - end) ** k for k in range(t)] + [(1 - end) ** t]
    none = sum(((1 - p) ** k * one for k, one in enumerate(stays)), start=0 * p * end)
    once = sum((k * p * (1 - p) ** max(k - 1, 0) * one for k, one in enumerate(stays)), start=0 * p * end)
    mean = sum((k * p * one for k, one in enumerate(stays)), start=0 * p * end)
    told = [(there * one).sum() / there.sum() for one in (mean, 1 - none, 1 - none - once)]
    return np.array([np.log(total), there.sum() / total, *told])


def test_the_published_donors() -> None:
    people = donors()
    assert len(people) == 11_104
    fitted = PERIODIC_ESTIMATORS["bg_bb"].fit(people.histogram())
    assert fitted.status is Status.OK
    assert isinstance(fitted.parameters, BgBb)
    assert fitted.log_likelihood == pytest.approx(-33225.6, abs=0.05)
    assert astuple(fitted.parameters) == pytest.approx((1.20, 0.75, 0.66, 2.78), abs=5e-3)


@pytest.mark.parametrize("model", MODELS, ids=str)
@pytest.mark.parametrize("history", HISTORIES)
@pytest.mark.parametrize("t", [1, 5])
def test_predictions_equal_integrals(model: BgBb, history: tuple[int, int, int], t: int) -> None:
    x, t_x, n = history
    one = Histogram.of(*(np.array([part]) for part in (x, 7 * t_x, 7 * n)))
    predicted = [
        PeriodicLikelihood(one)(np.array(astuple(model)))[0],
        model.p_alive(x, t_x, n),
        model.purchases_if_alive(x, n, t),
        model.p_active_if_alive(x, n, t),
        model.p_more_if_alive(1, x, n, t),
    ]
    np.testing.assert_allclose(predicted, plain(model, *history, t), rtol=1e-9, atol=1e-14)


def test_derivatives_equal_finite_differences() -> None:
    likelihood, theta = PeriodicLikelihood(donors().histogram()), np.array([0.9, 1.4, 0.5, 3.0])
    _, gradient, hessian = likelihood(theta)
    for at, step in enumerate(np.diag(1e-5 * theta)):
        above, below = likelihood(theta + step), likelihood(theta - step)
        assert gradient[at] == pytest.approx((above[0] - below[0]) / (2 * step[at]), rel=1e-5)
        np.testing.assert_allclose(hessian[at], (above[1] - below[1]) / (2 * step[at]), rtol=1e-5, atol=1e-3)


def test_forecasts_and_quantiles_take_it_like_any_other() -> None:
    people, model = donors()[np.arange(0, 11_104, 50)], MODELS[0]
    five = forecast(model, GammaGamma(6.25, 3.74, 15.44), people, Horizon(weeks=5.0))
    np.testing.assert_allclose(five.purchases, model.expected_purchases(people.x, *people.weeks, 5))
    assert (purchase_quantiles(model, people, 5.0) <= 5).all()
    assert (np.diff(purchase_quantiles(model, people, 5.0), axis=1) >= 0).all()
