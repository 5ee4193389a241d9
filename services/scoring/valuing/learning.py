"""Owns what a run learns: every estimator fitted, also by group if so ordered, as versions tell it. Pure."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from services.scoring import estimators
from services.scoring.drift.expecting import expecting
from services.scoring.estimators.bygroup import ByGroup
from services.scoring.estimators.fitting import Fit, Status
from services.scoring.estimators.gammagamma import GammaGamma
from services.scoring.estimators.groupfits import GroupFit, Ways
from services.scoring.estimators.histogram import Ints, SpendHistogram
from services.scoring.estimators.summary import Summary
from services.scoring.estimators.timing import Timing
from services.scoring.scores import valuation
from services.scoring.states.history import History

SPEND = "gamma_gamma"
YEAR = 52.0  # weeks
Columns = dict[str, Any]  # of an estimator version


@dataclass(frozen=True, slots=True)
class Learned:
    """What a run learnt: the chosen fits, None unless both are sound, and the versions of all."""

    timing: Timing | None
    spend: GammaGamma | None
    groups: ByGroup | None
    versions: list[Columns]


def learn(
    history: History, until: int, ways: Ways, *, estimator: str, by: Mapping[str, Any] | None
) -> Learned:
    """Fit every estimator to histories, plainly and in each of the ways; `estimator` and `by` are chosen."""
    data = valuation.summary(history, until)
    histogram = data.histogram()
    spend = estimators.SPEND_ESTIMATORS[SPEND].fit(SpendHistogram.of(history["repeat_days"], data.spend))
    versions, chosen = [], Learned(None, None, None, [])
    for code, kind in estimators.ESTIMATORS.items():
        plain = kind.fit(histogram)
        for fit, columns, groups in (_plain(code, plain, data), *_by_group(code, plain, data, ways)):
            versions.append(columns)
            sound = fit.status is Status.OK and spend.status is Status.OK
            if sound and code == estimator and columns["parameters_by"] == by:
                chosen = Learned(fit.parameters, spend.parameters, groups, [])
    versions.append(_version(SPEND, spend, _spend_figures(data, spend), data))
    return Learned(chosen.timing, chosen.spend, chosen.groups, versions)


Found = tuple[Fit[Timing], Columns, ByGroup | None]


def _plain(code: str, fit: Fit[Timing], data: Summary) -> Found:
    columns = _version(code, fit, _timing_figures(data, fit), data)
    columns["expects"] = expecting(fit, data) if fit.status is Status.OK else None
    return fit, columns, None


def _by_group(code: str, plain: Fit[Timing], data: Summary, ways: Ways) -> Iterator[Found]:
    for by in ways.ways:
        told, found = by.stored(), ways.fit(plain, data, by)
        if found is None:
            yield plain, {**_plain(code, plain, data)[1], "parameters_by": told, "groups": []}, None
        else:
            numbers = ways.numbers(found.model, len(data))
            columns = _grouped(code, found, data, numbers, [ways.codes[name] for name in by.dimensions])
            yield found.fit, {**columns, "parameters_by": told}, found.model


def _grouped(code: str, found: GroupFit, data: Summary, numbers: Ints, levels: Sequence[Ints]) -> Columns:
    figures = _timing_figures(data, found.fit)
    if found.gain is not None:
        figures["held_out_gain"] = found.gain
    columns = _version(code, found.fit, figures, data)
    columns["data_hash"] = _hash(data, *levels)
    expects = expecting(found.fit, data, list(found.parts(numbers)), found.covariance)
    return {**columns, "groups": found.told, "expects": expects}


def _version(kind: str, fit: Fit[Any], figures: dict[str, Any], data: Summary) -> Columns:
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
        "parameters_by": None,
        "groups": None,
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


def _hash(data: Summary, *levels: Ints) -> str:
    """Name the data: equal for equal histories, and levels, in whatever order they were read."""
    parts = (data.x, data.t_x, data.age, data.spend, *levels)
    order = np.lexsort(parts[::-1])
    digest = hashlib.sha256()
    for part in parts:
        digest.update(np.ascontiguousarray(part[order]).tobytes())
    return digest.hexdigest()


def code_version() -> str:
    """Name the code of the estimators: a digest of their sources."""
    digest = hashlib.sha256()
    for file in sorted(Path(estimators.__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
