"""The measures of a forecast, against counting by hand and by force."""

import numpy as np
import pytest

from services.scoring.backtests import measures


def brute_auc(score: np.ndarray, happened: np.ndarray) -> float:
    pairs = [(a > b) + (a == b) / 2 for a in score[happened] for b in score[~happened]]
    return float(np.mean(pairs))


@pytest.mark.parametrize("levels", [3, 7, 10_000])
def test_auc_is_the_share_of_pairs_in_the_right_order(levels: int) -> None:
    luck = np.random.default_rng(levels)
    score = luck.integers(0, levels, 200).astype(float)
    happened = luck.random(200) < 0.3
    assert measures.auc(score, happened) == pytest.approx(brute_auc(score, happened), abs=1e-12)


def test_auc_needs_both_kinds() -> None:
    assert measures.auc(np.ones(3), np.zeros(3, bool)) is None
    assert measures.auc(np.ones(3), np.ones(3, bool)) is None


def test_errors_and_bias_by_hand() -> None:
    found = measures.errors(np.array([1.0, 2.0, 3.0]), np.array([0.0, 2.0, 1.0]))
    assert found == {"mae": 1.0, "rmse": pytest.approx((5 / 3) ** 0.5), "predicted": 6.0, "actual": 3.0}
    assert measures.bias(6.0, 3.0) == 1.0
    assert measures.bias(1.0, 0.0) is None
    assert measures.errors(np.zeros(0), np.zeros(0)) == {"mae": 0, "rmse": 0, "predicted": 0, "actual": 0}


def test_the_top_tenth_counts_its_money() -> None:
    predicted, actual = np.arange(20.0), np.zeros(20)
    actual[[19, 18, 0]] = 3.0, 1.0, 4.0
    assert measures.top_share(predicted, actual) == pytest.approx(0.5)
    assert measures.top_share(predicted, np.zeros(20)) is None


def test_equals_at_the_border_count_in_part_in_whatever_order() -> None:
    predicted, actual = np.array([5.0] + [1.0] * 19), np.array([2.0, 8.0] + [0.0] * 18)
    for order in (np.arange(20), np.arange(20)[::-1]):
        share = measures.top_share(predicted[order], actual[order])
        assert share == pytest.approx((2 + 8 / 19) / 10)


def test_tables_hold_every_customer_once() -> None:
    luck = np.random.default_rng(2)
    x, predicted = luck.integers(0, 12, 95), luck.random(95)
    actual = luck.integers(0, 3, 95).astype(float)
    for rows in (measures.by_decile(predicted, actual), measures.by_frequency(x, predicted, actual)):
        assert sum(row["customers"] for row in rows) == 95
        for name, whole in (("predicted", predicted), ("actual", actual)):
            assert sum(row["customers"] * row[name] for row in rows) == pytest.approx(whole.sum())
    deciles = [row["predicted"] for row in measures.by_decile(predicted, actual)]
    assert deciles == sorted(deciles)
    assert [row["frequency"] for row in measures.by_frequency(x, predicted, actual)] == list(range(8))
