"""Values: what multiplies to them, what margin and missing rates do to them."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from services.scoring.estimators.gammagamma import GammaGamma
from services.scoring.estimators.mbgnbd import MbgNbd
from services.scoring.scores import valuation
from services.scoring.scores.rows import PREDICTED, rows
from services.scoring.scores.valuation import FACTORS, Model
from services.scoring.states.history import DTYPE, History, day_number

UNTIL = day_number(date(1998, 6, 30))
MODEL = Model(MbgNbd(0.52484, 6.18309, 0.89136, 1.61400), GammaGamma(6.2496, 3.7442, 15.4435), None)


def histories(*given: dict[str, Any]) -> History:
    """Return histories of three purchase days of 20 each, save what is given."""
    usual = {
        "customer_id": b"",
        "first_day": UNTIL - 300,
        "last_day": UNTIL - 30,
        "days": 3,
        "orders": 3,
        "priced_orders": 3,
        "repeat_days": 2,
        "money": 60.0,
        "repeat_money": 40.0,
        "cost": 0.0,
        "costed": 0.0,
        "facts_after": 0,
        "group": 0,
    }
    return np.array([tuple({**usual, **one}[name] for name in DTYPE.names or ()) for one in given], DTYPE)


def test_the_factors_multiply_to_the_value_and_the_population_to_the_mean() -> None:
    model = Model(MODEL.timing, MODEL.spend, 0.4)
    found = valuation.predict(
        model, histories({}, {"days": 1, "repeat_days": 0}, {"costed": 60, "cost": 45}), UNTIL
    )
    product = np.prod([getattr(found, name) for name in FACTORS], axis=0)
    assert product == pytest.approx(found.value, rel=1e-14)
    assert np.prod(list(valuation.population(found).values())) == pytest.approx(found.value.mean(), rel=1e-12)


def test_a_margin_is_the_customers_own_else_the_firms() -> None:
    base = histories({"cost": 45.0, "costed": 60.0}, {}, {"cost": 66.0, "costed": 60.0})
    firm = valuation.firm_margin(base)
    assert firm == pytest.approx(1 - 111 / 120)
    found = valuation.predict(Model(MODEL.timing, MODEL.spend, firm), base, UNTIL)
    assert found.margin_rate.tolist() == pytest.approx([0.25, 0.075, -0.1])
    assert found.value[2] < 0
    assert (found.p10 <= found.p50).all()
    assert (found.p50 <= found.p90).all()


def test_without_any_cost_there_is_no_margin() -> None:
    assert valuation.firm_margin(histories({})) is None
    found, _ = rows(histories({}), MODEL, UNTIL)
    assert np.isnan(found["margin_rate"]).all()
    assert np.isfinite(found["value"]).all()


def test_a_missing_rate_counts_for_timing_and_not_for_money() -> None:
    whole, half, none = histories(
        {},
        {"priced_orders": 2, "repeat_days": 1, "repeat_money": 20.0, "money": 40.0},
        {"priced_orders": 0, "repeat_days": 0, "repeat_money": 0.0, "money": 0.0},
    )
    found = valuation.predict(MODEL, np.array([whole, half, none], DTYPE), UNTIL)
    assert len(set(found.p_alive)) == len(set(found.purchases_if_alive)) == 1
    expected = MODEL.spend.expected_spend([2, 1, 0], [20, 20, 0])
    assert found.spend_per_purchase == pytest.approx(expected)
    assert found.spend_per_purchase[2] == pytest.approx(MODEL.spend.population_mean)
    covered, _ = rows(np.array([whole, half, none], DTYPE), MODEL, UNTIL)
    assert covered["coverage"].tolist() == pytest.approx([1, 2 / 3, 0])


def test_without_a_model_the_realized_value_ranks() -> None:
    found, prediction = rows(histories({"money": 12.5}), None, UNTIL)
    assert prediction is None
    assert found["value"].tolist() == found["realized"].tolist() == [12.5]
    assert all(np.isnan(found[name]).all() for name in PREDICTED)
