"""Drift: not found where customers do what the model says, found where they do not, against simulators."""

from dataclasses import replace

import numpy as np
import pytest

from services.scoring.drift.checking import check
from services.scoring.drift.expecting import HORIZONS, expecting
from services.scoring.drift.shifting import binned, psi
from services.scoring.estimators.gammagamma import GammaGamma
from services.scoring.estimators.mbgnbd import MbgNbd
from services.scoring.estimators.summary import Summary
from services.scoring.states.history import DTYPE, History
from tests.services.scoring.estimators.simulation import simulate

TIMING, SPEND = MbgNbd(0.55, 6.0, 0.9, 1.6), GammaGamma(6.0, 4.0, 15.0)
CUT_OFF, CUSTOMERS = 10_000, 4_000


def drawn(seed: int, days: int) -> tuple[Summary, np.ndarray]:
    """Return histories of customers by the model's story, and their purchases in the days after."""
    age = np.random.default_rng(seed).integers(100, 500, CUSTOMERS)
    life = simulate(TIMING, SPEND, age, days / 7, seed)
    return life.seen, life.later


def after(seen: Summary, later: np.ndarray, days: int) -> History:
    """Return everybody's history as of so many days after the cut-off."""
    found = np.zeros(len(seen), DTYPE)
    found["first_day"] = CUT_OFF - seen.age
    bought = seen.t_x + np.where(later > 0, seen.age - seen.t_x + days // 2, 0)
    found["last_day"] = found["first_day"] + bought
    found["days"] = seen.x + 1 + later
    return found


@pytest.fixture(scope="module")
def fitted() -> tuple[Summary, dict]:
    """One base, and what its fit expects."""
    seen, _ = drawn(1, 28)
    expects = expecting(MbgNbd.fit(seen.histogram()), seen)
    assert expects is not None
    return seen, expects


def test_the_forecast_and_its_spread_are_those_of_many_lives() -> None:
    """Known parameters, the same customers, 60 futures: mean and standard deviation of their purchases."""
    age = np.full(1_500, 300)
    totals, expected, spreads = [], [], []
    for seed in range(60):
        life = simulate(TIMING, SPEND, age, 8.0, seed)
        fit = replace(FIT, parameters=TIMING)
        expects = expecting(fit, life.seen)
        assert expects is not None
        at = HORIZONS.index(56)
        totals.append(life.later.sum())
        expected.append(expects["mean"][at])
        spreads.append(expects["by_chance"][at])
    off = np.array(totals) - np.array(expected)
    assert abs(off.mean()) < 3 * off.std() / 60**0.5
    assert off.std() == pytest.approx(np.mean(spreads), rel=0.3)


@pytest.mark.parametrize("seed", range(2, 6))
@pytest.mark.parametrize("days", [7, 21])
def test_nothing_is_found_where_nothing_has_changed(seed: int, days: int) -> None:
    seen, later = drawn(seed, days)
    expects = expecting(MbgNbd.fit(seen.histogram()), seen)
    assert expects is not None
    now = after(seen, later, days)
    found = check(expects, now, cut_off=CUT_OFF, as_of=CUT_OFF + days, bias_spread=0.0)
    assert not found["tracking"]["outside"], found
    assert found["tracking"]["actual"] == later.sum()
    assert found["shift"]["x"] < 0.1


def test_it_is_found_where_customers_buy_half_as_much(fitted: tuple[Summary, dict]) -> None:
    seen, expects = fitted
    later = np.zeros(len(seen), int)
    half = check(expects, after(seen, later, 28), cut_off=CUT_OFF, as_of=CUT_OFF + 28, bias_spread=0.05)
    assert half["found"]
    assert half["tracking"]["actual"] == 0 < half["tracking"]["low"]
    assert half["reasons"] == ["purchases are outside of the forecast interval"]


def test_it_is_found_where_others_have_come(fitted: tuple[Summary, dict]) -> None:
    seen, expects = fitted
    new = np.zeros(len(seen), DTYPE)
    new["first_day"] = new["last_day"] = CUT_OFF + 1
    new["days"] = 1
    both = np.concatenate([after(seen, np.zeros(len(seen), int), 3), new])
    found = check(expects, both, cut_off=CUT_OFF, as_of=CUT_OFF + 3, bias_spread=None)
    assert found["tracking"] is None, "three days after the cut-off it is too soon"
    assert found["shift"]["age"] > 0.25
    assert "age has shifted" in found["reasons"]


def test_the_stability_index_by_hand() -> None:
    before = binned(np.array([1, 1, 1, 1, 2, 2, 2, 2, 3, 3]))
    assert before == {"edges": [1.0, 2.0, 3.0], "shares": [0.4, 0.4, 0.2, 0.0]}
    assert psi(before, np.array([1, 1, 1, 1, 2, 2, 2, 2, 3, 3])) == 0
    moved = np.array([1] * 2 + [2] * 6 + [3] * 2)
    by_hand = (0.2 - 0.4) * np.log(0.2 / 0.4) + (0.6 - 0.4) * np.log(0.6 / 0.4)
    assert psi(before, moved) == pytest.approx(by_hand)


FIT = MbgNbd.fit(drawn(9, 7)[0].histogram())
