"""Owns what a run computes from histories: fits, then a placed row for each customer. Pure."""

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from services.scoring import estimators
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
    """What to compute: the chosen estimator, and two days counted from 1970-01-01."""

    estimator: str
    fitted_to: int
    as_of: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run found; all but the rows fits into JSON. `versions` are columns of estimator versions."""

    rows: rows.Rows
    versions: list[dict[str, Any]]
    predicts: bool
    population: dict[str, float]
    cuts: dict[str, Any]


def compute(order: Order, learned: History, scored: History) -> Outcome:
    """Fit every estimator to the `learned` histories, and value the `scored` ones with the chosen one."""
    data = valuation.summary(learned, order.fitted_to)
    timing = {code: one.fit(data.histogram()) for code, one in estimators.ESTIMATORS.items()}
    spend = estimators.SPEND_ESTIMATORS[SPEND].fit(SpendHistogram.of(learned["repeat_days"], data.spend))
    chosen, margin = timing[order.estimator], valuation.firm_margin(scored)
    model = None
    if chosen.status is Status.OK and spend.status is Status.OK and chosen.parameters and spend.parameters:
        model = Model(chosen.parameters, spend.parameters, margin)
    found, prediction = rows.rows(scored, model, order.as_of)
    cuts = rows.place(found, scored)
    population = {} if prediction is None or not len(found) else valuation.population(prediction)
    if margin is not None:
        population["firm_margin"] = margin
    versions = [_version(code, fit, _timing_figures(data, fit), data) for code, fit in timing.items()]
    versions.append(_version(SPEND, spend, _spend_figures(data, spend), data))
    return Outcome(found, versions, model is not None, population, cuts.stored())


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
