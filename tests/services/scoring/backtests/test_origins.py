"""One origin: the published hold-out of CDNOW, and no bias where customers live by the model's story."""

import csv
from datetime import date

import numpy as np
import pytest

from services.scoring import estimators
from services.scoring.backtests.origins import Origin, compare, cut_offs
from services.scoring.estimators.gammagamma import GammaGamma
from services.scoring.estimators.mbgnbd import MbgNbd
from services.scoring.estimators.summary import Summary, summarise
from tests.services.scoring.base import CDNOW
from tests.services.scoring.estimators.simulation import simulate

UNTIL, END = date(1997, 9, 30).toordinal(), date(1998, 6, 30).toordinal()
# scoring.md: mean transactions in the 39 weeks, by calibration frequency 0..7+
CUSTOMERS = [1411, 439, 214, 100, 62, 38, 29, 64]
ACTUAL = [0.2367, 0.6970, 1.3925, 1.5600, 2.5323, 2.9474, 3.8621, 6.3594]
BG = [0.2251, 0.5231, 1.0441, 1.5203, 2.1638, 2.6538, 3.5040, 6.1570]


def origin_of(seen: Summary, purchases: np.ndarray, money: np.ndarray, weeks: float) -> Origin:
    return Origin(seen, seen.x, purchases.astype(float), money, weeks)


@pytest.fixture(scope="module")
def cdnow() -> Origin:
    """The sample, cut at 1997-09-30."""
    rows = list(csv.DictReader(CDNOW.open()))
    who = np.array([int(row["customer_id"]) for row in rows])
    day = np.array([date.fromisoformat(row["date"]).toordinal() for row in rows])
    amount = np.array([float(row["amount"]) for row in rows])
    known, seen = summarise(who, day, amount, until=UNTIL)
    after = (day > UNTIL) & (day <= END)
    days = np.unique(np.stack([who[after], day[after]]), axis=1)[0]
    counted = [
        np.bincount(np.searchsorted(known, of), weights, len(known))
        for of, weights in ((days, None), (who[after], amount[after]))
    ]
    return origin_of(seen, *counted, weeks=39.0)


def test_the_published_table_of_cdnow_comes_out(cdnow: Origin) -> None:
    found = compare(cdnow, ["bg_nbd"])
    assert (found["customers"], found["repeat_buyers"]) == (2357, 946)
    (bg,) = found["estimators"]
    rows = bg["frequencies"]
    assert [row["customers"] for row in rows] == CUSTOMERS
    assert [row["actual"] for row in rows] == pytest.approx(ACTUAL, abs=5e-5)
    assert [row["predicted"] for row in rows] == pytest.approx(BG, rel=5e-5, abs=1e-4)
    assert bg["purchases"]["actual"] == pytest.approx(np.dot(CUSTOMERS, ACTUAL), abs=0.5)
    assert bg["bias"] == pytest.approx(bg["purchases"]["predicted"] / bg["purchases"]["actual"] - 1)
    assert 0.5 < bg["auc"] < 1
    assert bg["top_decile_share"] > 0.3


def test_every_estimator_is_compared_and_mbg_ranks_better_than_bg(cdnow: Origin) -> None:
    """BG/NBD believes that whoever bought once is alive for sure (scoring.md, section 1)."""
    found = {one["estimator"]: one for one in compare(cdnow, list(estimators.ESTIMATORS))["estimators"]}
    assert list(found) == list(estimators.ESTIMATORS)
    assert {one["status"] for one in found.values()} == {"ok"}
    assert found["mbg_nbd"]["purchases"]["rmse"] == pytest.approx(
        found["bg_nbd"]["purchases"]["rmse"], rel=0.05
    )


def test_there_is_no_bias_on_customers_who_live_by_the_story() -> None:
    timing, spend = MbgNbd(0.55, 6.0, 0.9, 1.6), GammaGamma(6.0, 4.0, 15.0)
    age = np.random.default_rng(5).integers(200, 500, 40_000)
    life = simulate(timing, spend, age, 26.0, 11)
    (found,) = compare(origin_of(life.seen, life.later, life.later_value, 26.0), ["mbg_nbd"])["estimators"]
    assert abs(found["bias"]) < 0.03
    assert abs(found["value"]["bias"]) < 0.04
    for row in found["deciles"][5:]:
        assert row["predicted"] == pytest.approx(row["actual"], rel=0.15)


def test_few_customers_have_no_figures(cdnow: Origin) -> None:
    few = slice(0, 50)
    small = origin_of(cdnow.seen[few], cdnow.purchases[few], cdnow.money[few], 39.0)
    (found,) = compare(small, ["mbg_nbd"])["estimators"]
    assert (found["status"], found["purchases"], found["deciles"]) == ("not_enough_data", None, [])


def test_hold_outs_follow_one_another_up_to_the_last_day() -> None:
    found = cut_offs(date(2026, 3, 31), origins=3, holdout_weeks=13, step_weeks=4)
    assert found == [date(2025, 11, 4), date(2025, 12, 2), date(2025, 12, 30)]
