"""Owns maximum likelihood: Newton's method in log space, bounds, several starts, what a fit may claim."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from services.scoring.estimators.histogram import Floats

LOWEST, HIGHEST = 1e-4, 1e4  # a parameter that runs to one of these is not determined by the data
FEWEST_CUSTOMERS = 100
FEWEST_REPEAT_BUYERS = 30
_STEPS = 200
_LONGEST_STEP = 2.0  # in log space, so a factor of e² at most
_ENOUGH = 1e-9  # log-likelihood still to gain by Newton's own estimate

Parameters = TypeVar("Parameters", covariant=True)  # noqa: PLC0105 - `Parameters_co` would read worse everywhere

# parameters -> (log-likelihood, its gradient, its Hessian), all on the natural scale
Likelihood = Callable[[Floats], tuple[float, Floats, Floats]]


class Status(StrEnum):
    """What a fit is good for."""

    OK = "ok"
    DEGENERATE = "degenerate"
    NOT_ENOUGH_DATA = "not_enough_data"


@dataclass(frozen=True, slots=True)
class Fit(Generic[Parameters]):
    """A fitted estimator, or why there is none.

    parameters: None only with too few data; a degenerate fit shows where the parameters went, and is not to
    be used. covariance: of the *logarithms* of the parameters (inverse observed information), only when ok.
    """

    status: Status
    reason: str
    customers: int
    repeat_buyers: int
    parameters: Parameters | None = None
    covariance: Floats | None = None
    log_likelihood: float | None = None


@dataclass(frozen=True, slots=True)
class Optimum:
    """Where the search ended: parameters, log-likelihood, and the information matrix in log space."""

    theta: Floats
    log_likelihood: float
    information: Floats
    converged: bool

    @property
    def at_bound(self) -> NDArray[np.bool_]:
        """Tell for each parameter whether it ran to a bound."""
        return (self.theta <= LOWEST * (1 + 1e-9)) | (self.theta >= HIGHEST * (1 - 1e-9))


def too_few(customers: int, repeat_buyers: int, *, fewest_customers: int = FEWEST_CUSTOMERS) -> str:
    """Return why these data cannot carry a fit, or nothing when they can."""
    if customers < fewest_customers:
        return f"{customers} customers; at least {fewest_customers} are needed"
    if repeat_buyers < FEWEST_REPEAT_BUYERS:
        return f"{repeat_buyers} repeat buyers; at least {FEWEST_REPEAT_BUYERS} are needed"
    return ""


def judge(found: Optimum, names: Iterable[str]) -> tuple[Status, str, Floats | None]:
    """Return status, reason and the covariance of the logarithms that an optimum deserves."""
    ran = [name for name, hit in zip(names, found.at_bound, strict=True) if hit]
    if ran:
        return Status.DEGENERATE, f"{', '.join(ran)} ran to a bound: the data do not determine it", None
    if not found.converged or np.linalg.eigvalsh(found.information)[0] <= 0:
        return Status.DEGENERATE, "the likelihood has no single peak on these data", None
    return Status.OK, "", np.asarray(np.linalg.inv(found.information), np.float64)


def best(likelihood: Likelihood, rough: Likelihood, starts: Iterable[Floats]) -> Optimum:
    """Climb from every start on the `rough` likelihood, then from the best end on the exact one."""
    ends = [maximise(rough, start) for start in starts]
    return maximise(likelihood, max(ends, key=lambda end: end.log_likelihood).theta)


def maximise(likelihood: Likelihood, start: Floats) -> Optimum:
    """Climb by damped Newton steps in log space, each parameter kept within the bounds.

    Directions of wrong curvature are walked by its absolute value, so a saddle repels instead of attracts.
    """
    low, high = np.log(LOWEST), np.log(HIGHEST)
    place = np.clip(np.log(start), low, high)
    value, slope, information = _in_logs(likelihood, place)
    damping, converged = 0.0, False
    for _ in range(_STEPS):
        free = ~(((place <= low) & (slope < 0)) | ((place >= high) & (slope > 0)))
        step, gain = _newton_step(slope, information, free, damping)
        candidate = np.clip(place + step, low, high)
        new = _in_logs(likelihood, candidate)
        better = bool(new[0] >= value - 1e-13 * abs(value))
        if better:
            place, (value, slope, information), damping = candidate, new, damping / 8
        else:
            damping = max(8 * damping, 1e-3 * float(np.abs(information).max()))
        converged = gain < _ENOUGH
        if converged:
            break
    return Optimum(np.exp(place), value, information, converged)


def _in_logs(likelihood: Likelihood, place: Floats) -> tuple[float, Floats, Floats]:
    """Return log-likelihood, slope and information (minus the Hessian) with respect to log parameters."""
    theta = np.exp(place)
    value, gradient, hessian = likelihood(theta)
    slope = theta * gradient
    return value, slope, -(np.outer(theta, theta) * hessian + np.diag(slope))


def _newton_step(slope: Floats, information: Floats, free: Floats, damping: float) -> tuple[Floats, float]:
    """Return the step of the free parameters and the log-likelihood it should gain."""
    curvature, axes = np.linalg.eigh(information[np.ix_(free, free)])
    along = axes.T @ slope[free]
    size = along / (np.abs(curvature) + damping + 1e-12)
    step = np.zeros_like(slope)
    step[free] = axes @ size
    length = float(np.linalg.norm(step))
    return step * min(1.0, _LONGEST_STEP / max(length, 1e-300)), float(along @ size) / 2
