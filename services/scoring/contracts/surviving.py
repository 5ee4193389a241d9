"""Owns what is said of many contracts, their survival, and of one, what is still to come. Pure."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from scipy.special import ndtri

from services.scoring.charts.specification import axis, chart
from services.scoring.contracts.lasting import Contracts, Terms
from services.scoring.estimators.fitting import Fit, Status
from services.scoring.estimators.lives import Lives, kaplan_meier
from services.scoring.estimators.shiftedbetageometric import ShiftedBetaGeometric

AHEAD = 12  # renewals beyond the longest contract that are foretold
YEAR = 365.0  # days
_LEVEL = float(ndtri(0.975))
Json = dict[str, Any]


def survival(contracts: Contracts) -> tuple[Json, Fit[ShiftedBetaGeometric]]:
    """Return the curve as it was, with the fit beside it, and the fit."""
    lives = contracts.lives()
    fit = ShiftedBetaGeometric.fit(lives)
    sound = fit.parameters if fit.status is Status.OK else None
    told = {
        "contracts": len(contracts),
        "ended": int(contracts.ended.sum()),
        "fit": _fitted(fit),
        "points": _points(lives, sound),
    }
    return told, fit


def _points(lives: Lives, fit: ShiftedBetaGeometric | None) -> list[Json]:
    """Return for each renewal who came to it, who left, and the share left: as seen, and as fitted."""
    share, error = kaplan_meier(lives)
    risk, seen = lives.at_risk, len(share)
    points = []
    for renewal in range(seen + (AHEAD if fit is not None else 0)):
        known = renewal < seen and (renewal == 0 or risk[renewal - 1] > 0)
        point: Json = {"renewal": renewal, **dict.fromkeys(("at_risk", "lost", "share", "low", "high"))}
        if known:
            spread = _LEVEL * error[renewal]
            point["share"] = float(share[renewal])
            point["low"] = float(max(share[renewal] - spread, 0.0))
            point["high"] = float(min(share[renewal] + spread, 1.0))
            if renewal:
                point["at_risk"], point["lost"] = int(risk[renewal - 1]), int(lives.lost[renewal])
        point["fitted"] = None if fit is None else float(fit.survival(renewal))
        point["retention"] = None if fit is None or not renewal else float(fit.retention(renewal))
        points.append(point)
    return points


def _fitted(fit: Fit[ShiftedBetaGeometric]) -> Json:
    found: Json = {
        "status": fit.status.value,
        "reason": fit.reason,
        "parameters": None,
        "standard_errors": None,
        "log_likelihood": fit.log_likelihood,
    }
    if fit.parameters is not None:
        found["parameters"] = asdict(fit.parameters)
    if fit.parameters is not None and fit.covariance is not None:
        errors = map(float, fit.parameters.standard_errors(fit.covariance))
        found["standard_errors"] = dict(zip(asdict(fit.parameters), errors, strict=True))
    return found


def outlook(
    contracts: Contracts, at: int, fit: ShiftedBetaGeometric | None, terms: Terms, discount: float
) -> Json:
    """Return what is still to come of one contract: nothing of one that ended.

    renewals: expected, (β+n)/(α−1), without end (null) for α ≤ 1. discounted: the same with later ones worth
    less by the yearly `discount`, the next in full; value: times what was paid per period so far.
    """
    renewals = int(contracts.renewals[at])
    paid = float(contracts.money[at]) / (renewals + 1)
    if contracts.ended[at]:
        return {"paid": paid, "next": 0.0, "renewals": 0.0, "discounted": 0.0, "value": 0.0}
    if fit is None:
        return {"paid": paid, **dict.fromkeys(("next", "renewals", "discounted", "value"))}
    each = (1 + discount) ** (terms.period / YEAR) - 1
    discounted = float(fit.residual_lifetime(renewals, each))
    expected = (fit.beta + renewals) / (fit.alpha - 1) if fit.alpha > 1 else None
    stays = float(fit.retention(renewals + 1))
    return {
        "paid": paid,
        "next": stays,
        "renewals": expected,
        "discounted": discounted,
        "value": discounted * paid,
    }


def picture(told: Mapping[str, Any]) -> Json:
    """Return the Vega-Lite specification of a survival curve: steps with a band, and the fit as a line."""
    rows = [
        {name: point[name] for name in ("renewal", "share", "low", "high", "fitted")}
        for point in told["points"]
    ]
    x = axis("renewal", "quantitative", "renewals", axis={"tickMinStep": 1})
    share = axis("share", "quantitative", "share of contracts left", scale={"domain": [0, 1]})
    seen = "isValid(datum.share)"
    band = {"x": x, "y": axis("low", "quantitative", "share of contracts left"), "y2": {"field": "high"}}
    step = {"type": "area", "interpolate": "step-after", "opacity": 0.2, "color": "#4c78a8"}
    line = {"type": "line", "interpolate": "step-after", "color": "#4c78a8"}
    fitted = {"type": "line", "color": "#f58518", "strokeDash": [4, 3]}
    return chart(
        f"{told['contracts']} contracts: left after each renewal (Kaplan-Meier, 95 %), and the fit (dashed)",
        rows,
        layer=[
            {"mark": step, "transform": [{"filter": seen}], "encoding": band},
            {"mark": line, "transform": [{"filter": seen}], "encoding": {"x": x, "y": share}},
            {
                "mark": fitted,
                "encoding": {"x": x, "y": axis("fitted", "quantitative", "share of contracts left")},
            },
        ],
        width=480,
        height=300,
    )


def sound(fit: Fit[ShiftedBetaGeometric]) -> ShiftedBetaGeometric | None:
    """Return the estimator that may foretell, None where the fit is not sound."""
    return fit.parameters if fit.status is Status.OK else None
