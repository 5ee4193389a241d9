"""Owns what a run computes from histories: fits if it is to, then a placed row for each customer. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from services.scoring import estimators
from services.scoring.drift.checking import check
from services.scoring.drift.expecting import expecting
from services.scoring.estimators.fitting import Fit, Status
from services.scoring.estimators.histogram import SpendHistogram
from services.scoring.estimators.summary import Summary
from services.scoring.scores import rows, valuation
from services.scoring.scores.valuation import Model
from services.scoring.states.history import History

SPEND = "gamma_gamma"
YEAR = 52.0  # weeks


@dataclass(frozen=True, slots=True)
class Order:
    """What to compute: the chosen estimator, and two days counted from 1970-01-01.

    `given` is a fit of before: parameters of "timing" and "spend", and what it `expects` of its customers
    after its "cut_off". Scores are computed with it, unless `renews`, and the fit anew is sound. Nothing is
    fitted unless `fits`. `bias_spread` is that of the estimator in the newest back-test.
    """

    estimator: str
    fitted_to: int
    as_of: int
    fits: bool = True
    renews: bool = False
    given: Mapping[str, Any] | None = None
    bias_spread: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run found; all but the rows fits into JSON. `versions` are columns of estimator versions.

    `own`: scores are computed with the run's own fits, not with those given.
    """

    rows: rows.Rows
    versions: list[dict[str, Any]]
    predicts: bool
    population: dict[str, float]
    cuts: dict[str, Any]
    own: bool
    drift: dict[str, Any] | None


def compute(order: Order, learned: History, scored: History) -> Outcome:
    """Fit every estimator to the `learned` histories if ordered, and value the `scored` ones."""
    margin = valuation.firm_margin(scored)
    fitted, versions = _fitted(order, learned, margin) if order.fits else (None, [])
    own = order.given is None or (order.renews and fitted is not None)
    model = fitted if own else _given(order, margin)
    found, prediction = rows.rows(scored, model, order.as_of)
    cuts = rows.place(found, scored)
    population = {} if prediction is None or not len(found) else valuation.population(prediction)
    if margin is not None:
        population["firm_margin"] = margin
    gaps = int((scored["days"] - 1).sum())
    if gaps > 0:
        population["mean_gap"] = float((scored["last_day"] - scored["first_day"]).sum() / gaps)  # in days
    drift = _drift(order, scored)
    return Outcome(found, versions, model is not None, population, cuts.stored(), own, drift)


def _fitted(
    order: Order, learned: History, margin: float | None
) -> tuple[Model | None, list[dict[str, Any]]]:
    """Return the chosen estimators, None unless both are sound, and columns of versions of all."""
    data = valuation.summary(learned, order.fitted_to)
    histogram = data.histogram()
    timing = {code: one.fit(histogram) for code, one in estimators.ESTIMATORS.items()}
    spend = estimators.SPEND_ESTIMATORS[SPEND].fit(SpendHistogram.of(learned["repeat_days"], data.spend))
    chosen, model = timing[order.estimator], None
    if chosen.status is Status.OK and spend.status is Status.OK and chosen.parameters and spend.parameters:
        model = Model(chosen.parameters, spend.parameters, margin)
    versions = [_version(code, fit, _timing_figures(data, fit), data) for code, fit in timing.items()]
    versions.append(_version(SPEND, spend, _spend_figures(data, spend), data))
    for version, fit in zip(versions, timing.values(), strict=False):
        version["expects"] = expecting(fit, data) if fit.status is Status.OK else None
    return model, versions


def _given(order: Order, margin: float | None) -> Model | None:
    if order.given is None:
        return None
    timing = estimators.ESTIMATORS[order.estimator](**order.given["timing"])
    return Model(timing, estimators.SPEND_ESTIMATORS[SPEND](**order.given["spend"]), margin)


def _drift(order: Order, scored: History) -> dict[str, Any] | None:
    """Hold the given fit against what has happened since; None of one that expects nothing."""
    given = order.given
    if given is None or given["expects"] is None or not len(scored):
        return None
    when = {"cut_off": given["cut_off"], "as_of": order.as_of}
    return check(given["expects"], scored, **when, bias_spread=order.bias_spread)


def _version(kind: str, fit: Fit[Any], figures: dict[str, Any], data: Summary) -> dict[str, Any]:
    names = list(asdict(fit.parameters)) if fit.parameters else []
    errors = None
    if fit.parameters is not None and fit.covariance is not None:
        errors = dict(zip(names, map(float, fit.parameters.standard_errors(fit.covariance)), strict=True))
    counted = {"customers": fit.customers, "repeat_buyers": fit.repeat_buyers}
    return {
        "kind": kind,
        "status": fit.status.value,
        "reason": fit.reason,
        "parameters": None if fit.parameters is None else asdict(fit.parameters),
        "standard_errors": errors,
        "covariance": None if fit.covariance is None else fit.covariance.tolist(),
        "log_likelihood": fit.log_likelihood,
        "figures": {**counted, **figures},
        "expects": None,
        "data_hash": _hash(data),
        "code_version": code_version(),
    }


def _timing_figures(data: Summary, fit: Fit[Any]) -> dict[str, Any]:
    if not len(data):
        return {}
    fitted = fit.parameters if fit.status is Status.OK else None
    new = None if fitted is None else float(fitted.expected_new(YEAR))
    return {
        "mean_frequency": float(data.x.mean()),
        "max_frequency": int(data.x.max()),
        "mean_age": float(data.weeks[1].mean()),
        "expected_purchases_52": new,
    }


def _spend_figures(data: Summary, fit: Fit[Any]) -> dict[str, Any]:
    correlation = data.frequency_spend_correlation()
    fitted = fit.parameters if fit.status is Status.OK else None
    mean = None if fitted is None else fitted.population_mean
    return {
        "correlation": None if np.isnan(correlation) else correlation,
        "population_mean": mean,
    }


def _hash(data: Summary) -> str:
    """Name the data: equal for equal histories, in whatever order they were read."""
    order = np.lexsort((data.spend, data.age, data.t_x, data.x))
    digest = hashlib.sha256()
    for part in (data.x, data.t_x, data.age, data.spend):
        digest.update(np.ascontiguousarray(part[order]).tobytes())
    return digest.hexdigest()


def code_version() -> str:
    """Name the code of the estimators: a digest of their sources."""
    digest = hashlib.sha256()
    for file in sorted(Path(estimators.__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
