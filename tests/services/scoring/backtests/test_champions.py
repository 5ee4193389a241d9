"""Who is best over several origins, and what counts as a tie."""

from typing import Any

import pytest

from services.scoring.backtests.champions import champion, summarised


def origins(**kinds: list[tuple[float, float] | None]) -> list[dict[str, Any]]:
    """Return origins of estimators, the simpler first: (rmse, auc) for each, None without a fit."""

    def row(kind: str, figures: tuple[float, float] | None) -> dict[str, Any]:
        purchases = figures and {"mae": figures[0], "rmse": figures[0], "predicted": 1.0, "actual": 1.0}
        return {
            "estimator": kind,
            "status": "ok" if figures else "degenerate",
            "reason": "" if figures else "a",
            "purchases": purchases,
            "bias": figures and 0.1,
            "auc": figures and figures[1],
            "value": None,
            "top_decile_share": None,
        }

    count = len(next(iter(kinds.values())))
    return [{"estimators": [row(kind, of[at]) for kind, of in kinds.items()]} for at in range(count)]


@pytest.mark.parametrize(
    ("simple", "other", "best"),
    [
        ([(1.0, 0.7)] * 3, [(0.9, 0.7)] * 3, "other"),  # steadily better
        ([(1.0, 0.7)] * 3, [(0.995, 0.7)] * 3, "simple"),  # steadily, and by less than a hundredth
        (
            [(1.0, 0.7), (1.5, 0.7), (1.0, 0.7)],
            [(1.1, 0.7), (1.2, 0.7), (1.0, 0.7)],
            "simple",
        ),  # in the spread
        ([(1.0, 0.5)] * 3, [(1.0, 0.7)] * 3, "other"),  # equal errors, the other ranks better
        ([(1.0, 0.7)] * 3, [(0.5, 0.9), (0.5, 0.9), None], "simple"),  # one fit was unsound
        ([None] * 3, [None] * 3, None),
    ],
)
def test_the_champion(simple: Any, other: Any, best: str | None) -> None:
    assert champion(origins(simple=simple, other=other)) == best


def test_a_summary_says_the_means_and_why_there_is_none() -> None:
    simple, other = summarised(origins(simple=[(1.0, 0.6), (2.0, 0.8)], other=[(1.0, 0.5), None]))
    assert (simple["rmse"], simple["auc"], simple["bias"]) == (1.5, pytest.approx(0.7), pytest.approx(0.1))
    assert (simple["bias_spread"], simple["status"]) == (pytest.approx(0.0), "ok")
    assert (other["status"], other["reason"], other["rmse"]) == ("degenerate", "a", 1.0)
