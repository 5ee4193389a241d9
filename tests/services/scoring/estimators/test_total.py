"""How uncertain the purchases of a whole base are: against sums over the numbers themselves."""

import numpy as np
import pytest

from services.scoring.estimators.fitting import Fit, Status
from services.scoring.estimators.mbgnbd import MbgNbd
from services.scoring.estimators.summary import Summary
from services.scoring.estimators.total import total_purchases

FITTED = MbgNbd(0.52, 6.18, 0.89, 1.61)
BASE = Summary(
    np.array([0, 3, 3, 12]), np.array([0, 120, 40, 250]), np.array([200, 150, 270, 260]), np.ones(4)
)
WEEKS = 39.0


def test_the_variance_is_that_of_each_customers_number() -> None:
    found = total_purchases(Fit(Status.OK, "", 4, 3, FITTED, np.zeros((4, 4))), BASE, WEEKS)
    n = np.arange(400)
    alive = FITTED.p_alive(BASE.x, BASE.t_x / 7, BASE.age / 7)
    more = alive[:, None] * FITTED.p_more_if_alive(n, BASE.x[:, None], BASE.age[:, None] / 7, WEEKS)
    mean, squares = more.sum(axis=1), (more * (2 * n + 1)).sum(axis=1)  # E[N], E[N²] by tails
    assert found.mean == pytest.approx(mean.sum(), rel=1e-3)
    assert found.by_chance**2 == pytest.approx((squares - mean**2).sum(), rel=1e-2)
    assert found.by_parameters == 0
    assert found.p10 < found.p50 < found.mean < found.p90


def test_parameters_that_are_not_known_widen_it() -> None:
    sure, unsure = (
        total_purchases(Fit(Status.OK, "", 4, 3, FITTED, np.eye(4) * error), BASE, WEEKS)
        for error in (0.0, 0.04)
    )
    assert unsure.p90 - unsure.p10 > sure.p90 - sure.p10
    assert unsure.mean == sure.mean


def test_nobody_is_not_forecast() -> None:
    nobody = Summary(*(np.array([], np.int64) for _ in range(3)), np.array([]))
    with pytest.raises(ValueError, match="nobody"):
        total_purchases(Fit(Status.OK, "", 0, 0, FITTED, np.zeros((4, 4))), nobody, WEEKS)
