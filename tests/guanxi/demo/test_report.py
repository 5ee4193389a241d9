"""What the demo prints."""

from typing import Any

from guanxi.demo import report


def money(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "USD"}


def version(kind: str, **changes: Any) -> dict[str, Any]:
    figures = {"customers": 2357, "expected_purchases_52": 1.444012}
    usual = {"kind": kind, "status": "ok", "reason": "", "cut_off": "1997-09-30", "figures": figures}
    return {**usual, "parameters": {}, "log_likelihood": None, **changes}


def test_a_fitted_figure_stands_beside_the_published_one_with_their_difference() -> None:
    fitted = version("bg_nbd", parameters={"r": 0.2425946 * 1.01}, log_likelihood=-9582.4292)
    lines = list(report.fits([fitted]))
    assert "2,357 customers until 1997-09-30" in lines[0]
    assert [line.split()[1:] for line in lines[2:]] == [
        ["r", "0.2450205", "0.2425946", "1.0e-02"],
        ["log-likelihood", "-9582.429", "-9582.4292", "0.0e+00"],
        ["E[X(52)]", "1.444012", "1.44401", "1.4e-06"],
    ]


def test_a_fit_that_did_not_work_says_why() -> None:
    failed = version("gamma_gamma", status="degenerate", reason="q ran to a bound", figures={"customers": 3})
    assert list(report.fits([failed]))[-1].split(None, 1)[1] == "degenerate: q ran to a bound"


def test_the_pyramid_shows_shares() -> None:
    tier = {
        "tier": "vip",
        "customers": 24,
        "share": 0.0102,
        "value": money("12490.914"),
        "value_share": 0.203,
    }
    lines = list(report.pyramid({"customers": 2357, "as_of": "1998-06-30", "items": [tier], "gini": 0.7564}))
    assert lines[2].split() == ["vip", "24", "1.0%", "12,490.91", "USD", "20.3%"]
    assert lines[-1].strip() == "Gini 0.756"


def test_a_customer_is_shown_with_its_factors() -> None:
    parts = [
        {"name": "p_alive", "factor": 0.5, "population": 0.25},
        {"name": "x", "factor": 20, "population": 3},
    ]
    value = {"value_12m": money("10.004"), "p10": money("0"), "p90": money("31.5")}
    score = {"customer_id": "1", "rank": 1, "realized": money("99.90"), "prediction": value, "parts": parts}
    line = list(report.best([score], {"1": "CDNOW 00001"}))[1]
    assert "CDNOW 00001" in line
    assert "10.00 USD = 0.5 (0.25) x 20 (3);  80% of 0.00 to 31.50;  so far 99.90" in line


def test_without_a_prediction_the_reason_is_shown() -> None:
    score = {
        "customer_id": "1",
        "rank": 1,
        "realized": money("9"),
        "prediction": None,
        "reason": "not_enough_data",
    }
    assert "not_enough_data" in list(report.best([score], {"1": "A"}))[1]
