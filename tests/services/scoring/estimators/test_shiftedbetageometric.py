"""Retention of contract customers against the paper's two groups, Kaplan and Meier, and a simulation."""

from dataclasses import astuple

import numpy as np
import pytest
from scipy.integrate import trapezoid
from scipy.special import betainc, betaln, expit, log_expit

from services.scoring.estimators.fitting import Fit, Status
from services.scoring.estimators.histogram import Floats
from services.scoring.estimators.lives import Lives, kaplan_meier
from services.scoring.estimators.shiftedbetageometric import RenewalLikelihood, ShiftedBetaGeometric

# percent of 1,000 customers left after each year: Fader, Hardie (2007), the first seven for learning
REGULAR = [100, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1, 22.3, 20.7, 19.4, 18.3, 17.3]
HIGH_END = [100, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1, 46.8, 44.5, 42.7, 40.9, 39.4]
LEARNED = 8
GROUPS = [(REGULAR, 0.704, 1.182, -1680.2652), (HIGH_END, 0.668, 3.806, -1611.158)]


def lives(shares: list[float]) -> Lives:
    """Return what a thousand customers did whose shares left are known."""
    left = np.rint(np.array(shares) * 10).astype(np.int64)
    lost = -np.diff(left, prepend=1000)
    return Lives(lost, np.append(np.zeros(len(left) - 1, np.int64), left[-1]))


@pytest.mark.parametrize(("shares", "alpha", "beta", "value"), GROUPS, ids=["regular", "high end"])
def test_the_published_fit_and_projection(
    shares: list[float], alpha: float, beta: float, value: float
) -> None:
    fitted = ShiftedBetaGeometric.fit(lives(shares[:LEARNED]))
    assert fitted.status is Status.OK
    assert fitted.parameters is not None
    assert fitted.log_likelihood is not None
    assert astuple(fitted.parameters) == pytest.approx((alpha, beta), abs=5e-4)
    assert fitted.log_likelihood >= value - 1e-3
    assert fitted.log_likelihood == pytest.approx(value, abs=1e-3)
    projected = 100 * fitted.parameters.survival(np.arange(LEARNED, 13))
    np.testing.assert_allclose(projected, shares[LEARNED:], atol=2)  # percent, five years ahead


def test_the_likelihood_is_the_chance_of_each_life_and_has_its_derivatives() -> None:
    some = Lives(np.array([0, 5, 3, 0, 2]), np.array([4, 1, 0, 7, 3]))
    model = ShiftedBetaGeometric(0.7, 1.9)
    there = model.survival(np.arange(5))
    plain = some.lost[1:] @ np.log(there[:-1] - there[1:]) + some.kept @ np.log(there)
    likelihood, theta = RenewalLikelihood(some), np.array(astuple(model))
    value, gradient, hessian = likelihood(theta)
    assert value == pytest.approx(plain, rel=1e-12)
    for at, step in enumerate(np.diag(1e-5 * theta)):
        above, below = likelihood(theta + step), likelihood(theta - step)
        assert gradient[at] == pytest.approx((above[0] - below[0]) / (2 * step[at]), rel=1e-5)
        np.testing.assert_allclose(hessian[at], (above[1] - below[1]) / (2 * step[at]), rtol=1e-5)


def drawn(model: ShiftedBetaGeometric, size: int) -> tuple[Lives, Floats]:
    """Draw contracts that began up to ten periods ago, and how long each one lasts in truth."""
    draw = np.random.default_rng(2)
    life, age = draw.geometric(draw.beta(model.alpha, model.beta, size)), draw.integers(0, 11, size)
    return Lives.of(np.minimum(life, age), life <= age), life.astype(np.float64)


def test_contracts_that_are_not_over_are_learned_from_too() -> None:
    truth = ShiftedBetaGeometric(0.8, 2.5)
    seen, life = drawn(truth, 20_000)
    fitted = ShiftedBetaGeometric.fit(seen)
    assert fitted.parameters is not None
    assert fitted.covariance is not None
    errors = fitted.parameters.standard_errors(fitted.covariance)
    assert (np.abs(np.array(astuple(fitted.parameters)) - astuple(truth)) < 4 * errors).all()
    counted, noise = kaplan_meier(seen)
    renewals = np.arange(len(counted))
    assert (np.abs(counted - [(life > t).mean() for t in renewals]) < 4 * noise + 0.015).all()
    assert (np.abs(fitted.parameters.survival(renewals) - counted) < 4 * noise + 1e-9).all()


def test_kaplan_meier_by_hand() -> None:
    left, error = kaplan_meier(Lives.of(np.array([1, 1, 2, 2, 3, 3]), np.array([1, 0, 1, 0, 1, 0]) == 1))
    np.testing.assert_allclose(left, [1, 5 / 6, 5 / 6 * 3 / 4, 5 / 6 * 3 / 4 / 2])
    assert error[1] == pytest.approx((5 / 6 * 1 / 6 / 6) ** 0.5)


def test_the_high_end_is_projected_as_others_compute_it() -> None:
    model = ShiftedBetaGeometric(0.668, 3.806)
    np.testing.assert_allclose(
        model.survival(np.arange(8, 13)), [0.460, 0.436, 0.414, 0.395, 0.378], atol=6e-4
    )


@pytest.mark.parametrize("renewed", [0, 1, 7])
def test_residual_lifetime_is_the_sum_of_its_periods(renewed: int) -> None:
    model, periods = ShiftedBetaGeometric(0.668, 3.806), np.arange(3_000)
    paid = model.survival(periods + 1, renewed) / 1.1**periods
    assert model.residual_lifetime(renewed, 0.1) == pytest.approx(paid.sum(), rel=1e-10)
    assert (np.diff(model.residual_lifetime(np.arange(20), 0.1)) > 0).all()  # who stayed long, stays


@pytest.mark.parametrize(
    ("parameters", "renewed", "discount"),
    [
        ((0.7, 1.2), 0, 2.738e-6),
        ((0.01, 0.02), 200, 2.738e-6),
        ((1.5, 10.0), 4, 1e-4),
        ((80.0, 300.0), 3, 2.5),
    ],
)
def test_residual_lifetime_where_little_is_discounted(
    parameters: tuple[float, float], renewed: int, discount: float
) -> None:
    """The sum is the mean over the customers' own chances to leave θ of (1−θ)/(1 − (1−θ)/(1+d))."""
    alpha, beta = parameters
    found = float(ShiftedBetaGeometric(alpha, beta).residual_lifetime(renewed, discount))
    logs = np.linspace(-200, 200, 400_001)
    theta, stays = expit(logs), expit(-logs)
    density = alpha * log_expit(logs) + (beta + renewed) * log_expit(-logs) - betaln(alpha, beta + renewed)
    own = stays * (1 + discount) / (discount + theta)
    below = betainc(alpha, beta + renewed, theta[0]) * (1 + discount) / discount
    assert found == pytest.approx(float(trapezoid(np.exp(density) * own, logs)) + below, rel=1e-6)


def test_retention_is_the_step_of_survival() -> None:
    model, t = ShiftedBetaGeometric(0.704, 1.182), np.arange(1, 13)
    np.testing.assert_allclose(model.retention(t), model.survival(t) / model.survival(t - 1))
    np.testing.assert_allclose(model.survival(2, renewed=5), model.survival(7) / model.survival(5))


def test_no_end_has_no_lifetime() -> None:
    with pytest.raises(ValueError, match="discount of 0"):
        ShiftedBetaGeometric(0.7, 1.2).residual_lifetime(1, 0.0)


@pytest.mark.parametrize(
    ("some", "word"),
    [
        (Lives(np.array([0, 50]), np.array([0, 49])), "99 customers"),
        (Lives(np.array([0, 90]), np.array([9, 29])), "29 repeat"),
        (Lives(np.array([0, 29]), np.array([9, 90])), "29 contracts"),
    ],
)
def test_too_few_contracts_are_no_fit(some: Lives, word: str) -> None:
    fitted: Fit[ShiftedBetaGeometric] = ShiftedBetaGeometric.fit(some)
    assert (fitted.status, fitted.parameters) == (Status.NOT_ENOUGH_DATA, None)
    assert word in fitted.reason


@pytest.mark.parametrize(("periods", "ended"), [(-1, False), (0, True)])
def test_impossible_lives_are_refused(periods: int, *, ended: bool) -> None:
    with pytest.raises(ValueError, match="row 1"):
        Lives.of(np.array([3, periods]), np.array([True, ended]))


def test_customers_who_leave_ever_more_readily_are_no_mixture() -> None:
    left = np.rint(1000 * np.cumprod([1, 0.8, 0.75, 0.7, 0.65])) / 10
    fitted = ShiftedBetaGeometric.fit(lives(left.tolist()))
    assert fitted.status is Status.DEGENERATE
    assert "bound" in fitted.reason
