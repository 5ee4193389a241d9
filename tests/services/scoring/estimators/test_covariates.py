"""Effects of covariates: found where they were simulated, left out where they foretell nothing."""

from dataclasses import replace

import numpy as np
import pytest

from services.scoring.estimators import covariates
from services.scoring.estimators.covariates import Adjusted, Column, adjust
from services.scoring.estimators.fitting import Fit, Status
from services.scoring.estimators.gammagamma import GammaGamma
from services.scoring.estimators.histogram import Floats, Ints
from services.scoring.estimators.mbgnbd import MbgNbd
from services.scoring.estimators.paretonbd import ParetoNbd
from services.scoring.estimators.summary import Summary
from services.scoring.estimators.timing import Timing
from tests.services.scoring.estimators.simulation import simulate

SPEND = GammaGamma(6.25, 3.74, 15.44)
PLAIN = [MbgNbd(0.8, 6.0, 0.8, 3.0), ParetoNbd(0.8, 6.0, 0.9, 15.0)]
SIZES = (2_400, 1_600, 40)  # the third level is too small for an effect of its own
RATES, ENDS = (1.0, 2.0, 1.0), (1.0, 0.5, 1.0)


def moved(model: Timing, rate: float, end: float) -> Timing:
    """Return the estimator of a level, by the paper's own words."""
    if isinstance(model, ParetoNbd):
        return replace(model, alpha=model.alpha / rate, beta=model.beta / end)
    assert isinstance(model, MbgNbd)
    return replace(model, alpha=model.alpha / rate, a=model.a * end)


def drawn(model: Timing) -> tuple[Summary, dict[str, Ints]]:
    """Draw customers of three channels, and a region that means nothing."""
    draw = np.random.default_rng(5)
    parts = [
        simulate(moved(model, rate, end), SPEND, draw.integers(200, 700, size), 1, seed).seen  # type: ignore[arg-type]  # both are told apart above
        for seed, (size, rate, end) in enumerate(zip(SIZES, RATES, ENDS, strict=True))
    ]
    shuffled = draw.permutation(sum(SIZES))
    columns = (np.concatenate([getattr(one, name) for one in parts]) for name in Summary.__slots__)
    channel = np.repeat([7, 3, 9], SIZES)[shuffled]
    return Summary(*columns)[shuffled], {"channel": channel, "region": draw.integers(0, 3, len(channel))}


@pytest.fixture(scope="module", params=PLAIN, ids=lambda one: str(one.code))
def told(request: pytest.FixtureRequest) -> tuple[Timing, Summary, dict[str, Ints], Adjusted]:
    customers, codes = drawn(request.param)
    base: Fit[Timing] = type(request.param).fit(customers.histogram())
    return request.param, customers, codes, adjust(base, customers, codes)


Told = tuple[Timing, Summary, dict[str, Ints], Adjusted]


def test_what_moves_customers_is_kept_and_what_does_not_is_left_out(told: Told) -> None:
    _, _, _, found = told
    assert [column.name for column in found.columns] == ["channel"]
    assert [column.levels for column in found.columns] == [(3,)]
    assert found.gain > 0


def test_effects_are_recovered_within_their_errors(told: Told) -> None:
    _, _, _, found = told
    assert found.fit.covariance is not None
    errors = np.sqrt(np.diag(found.fit.covariance))[4:]
    assert np.abs(np.log(found.factors[0]) - np.log([2.0, 0.5])) == pytest.approx(
        0, abs=float(4 * errors.max())
    )
    assert (errors < 0.5).all()


def test_every_customer_is_foretold_by_the_estimator_of_its_levels(told: Told) -> None:
    truth, customers, codes, found = told
    x, (t_x, age) = customers.x, customers.weeks
    predicted, right = np.zeros(len(x)), np.zeros(len(x))
    for rows, model in found.groups(codes, len(x)):
        predicted[rows] = model.expected_purchases(x[rows], t_x[rows], age[rows], 52)
    for code, rate, end in ((7, 1.0, 1.0), (3, 2.0, 0.5), (9, 1.0, 1.0)):
        own = codes["channel"] == code
        right[own] = moved(truth, rate, end).expected_purchases(x[own], t_x[own], age[own], 52)
    assert predicted.mean() == pytest.approx(right.mean(), rel=0.05)
    assert np.corrcoef(predicted, right)[0, 1] > 0.99


def test_derivatives_equal_finite_differences(told: Told) -> None:
    model, customers, codes, _ = told
    columns = tuple(Column.of(name, each, customers.x) for name, each in codes.items())
    likelihood = covariates._likelihood(model, customers, codes, columns)
    theta = np.append(covariates._values(model), [1.3, 0.8, 0.9, 1.1, 1.2, 0.7])
    _, gradient, hessian = likelihood(theta)
    for at, step in enumerate(np.diag(1e-5 * theta)):
        above, below = likelihood(theta + step), likelihood(theta - step)
        change: Floats = (above[1] - below[1]) / (2 * step[at])
        assert gradient[at] == pytest.approx((above[0] - below[0]) / (2 * step[at]), rel=1e-5, abs=1e-3)
        np.testing.assert_allclose(hessian[at], change, rtol=1e-4, atol=1e-2)


def test_a_level_never_seen_is_foretold_like_the_reference(told: Told) -> None:
    _, _, _, found = told
    ((rows, model),) = found.groups({"channel": np.array([99, 7]), "region": np.array([0, 0])}, 2)
    assert rows.tolist() == [0, 1]
    assert model == found.fit.parameters


def test_without_a_sound_fit_there_are_no_effects() -> None:
    none: Fit[Timing] = Fit(Status.NOT_ENOUGH_DATA, "3 customers", 3, 0)
    nobody = Summary(*(np.zeros(0, np.int64),) * 3, np.zeros(0))
    assert adjust(none, nobody, {}) == Adjusted(none)
    assert list(Adjusted(none).groups({}, 0)) == []
