"""Owns how channel, class or region move an estimator: proportional effects, kept only where they foretell.

Source: Fader, Hardie (2007), Incorporating Time-Invariant Covariates into the Pareto/NBD and BG/NBD Models.
Each level of a covariate multiplies the purchase rate (α is divided by the factor) and the drop-out (β is
divided by one in Pareto/NBD; a is multiplied by one in BG/NBD and MBG/NBD, where the paper moves b as well).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np

from services.scoring.estimators.fitting import (
    FEWEST_CUSTOMERS,
    FEWEST_REPEAT_BUYERS,
    Fit,
    Likelihood,
    Status,
    judge,
    maximise,
)
from services.scoring.estimators.histogram import Floats, Ints
from services.scoring.estimators.summary import Summary
from services.scoring.estimators.timing import Timing

FOLDS = 5
SURE = 2.0  # standard errors by which the held-out log-likelihood must gain


@dataclass(frozen=True, slots=True)
class Column:
    """A covariate: a code per customer; the largest level is the reference, and so are all too small ones."""

    name: str
    levels: tuple[int, ...]  # with effects of their own

    @classmethod
    def of(cls, name: str, codes: Ints, x: Ints) -> Self:
        """Find the levels with enough customers and repeat buyers."""
        kinds, row = np.unique(codes, return_inverse=True)
        size, repeaters = np.bincount(row), np.bincount(row, x > 0)
        enough = (size >= FEWEST_CUSTOMERS) & (repeaters >= FEWEST_REPEAT_BUYERS)
        enough[np.argmax(size)] = False
        return cls(name, tuple(kinds[enough].tolist()))

    def place(self, codes: Ints) -> Ints:
        """Return 0 for the reference, 1 + the place among the levels for the others."""
        found = np.zeros(len(codes), np.int64)
        for at, level in enumerate(self.levels):
            found[codes == level] = at + 1
        return found


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A fitted estimator with effects of covariates; without columns it is the estimator itself.

    fit: its `parameters` are those of a customer at every reference level; its covariance is of the
    logarithms of the parameters, then of the factors. factors: for each level of each column, what it
    multiplies the purchase rate and the drop-out by. gain: held-out log-likelihood per customer over none.
    """

    fit: Fit[Timing]
    columns: tuple[Column, ...] = ()
    factors: tuple[tuple[float, float], ...] = ()
    gain: float = 0.0

    def groups(self, codes: Mapping[str, Ints], size: int) -> Iterator[tuple[Ints, Timing]]:
        """Yield rows of `size` customers that share all levels, and the estimator that foretells them."""
        if self.fit.parameters is None:
            return
        model = self.fit.parameters
        effects = np.log(np.array(self.factors)).ravel()
        logs = np.concatenate([np.log(_values(model)), effects])
        for rows, levels in _alike([one.place(codes[one.name]) for one in self.columns], size):
            own = np.exp(_design(type(model), self.columns, levels) @ logs)
            yield rows, replace(model, **dict(zip(_names(type(model)), own.tolist(), strict=True)))


def adjust(base: Fit[Timing], customers: Summary, codes: Mapping[str, Ints]) -> Adjusted:
    """Add covariates one by one, the best first, as long as each foretells customers it has not seen.

    codes: by name, one per customer. The customers are split in five parts, each judged by the fit to the
    other four; a covariate is kept when the mean gain in log-likelihood is more than two of its standard
    errors over the parts. A base that is not ok stays alone.
    """
    if base.status is not Status.OK or base.parameters is None:
        return Adjusted(base)
    left = [Column.of(name, each, customers.x) for name, each in codes.items()]
    left = [one for one in left if one.levels]
    kept: tuple[Column, ...] = ()
    plain = best = _held_out(base.parameters, customers, codes, kept)
    while left:
        tried = {one: _held_out(base.parameters, customers, codes, (*kept, one)) for one in left}
        one = max(tried, key=lambda each: float(tried[each].sum()))
        gains = tried[one] - best
        if not gains.mean() > SURE * gains.std(ddof=1) / np.sqrt(FOLDS):
            break
        kept, best = (*kept, one), tried[one]
        left.remove(one)
    return _fitted(base, customers, codes, kept, float((best - plain).sum()) / len(customers))


def _fitted(
    base: Fit[Timing], customers: Summary, codes: Mapping[str, Ints], kept: tuple[Column, ...], gain: float
) -> Adjusted:
    model = base.parameters
    if not kept or model is None:
        return Adjusted(base)
    found = maximise(_likelihood(model, customers, codes, kept), _start(model, kept))
    words = [
        f"{one.name} {level} on {what}" for one in kept for level in one.levels for what in ("rate", "end")
    ]
    names = _names(type(model))
    status, reason, covariance = judge(found, [*names, *words])
    if status is not Status.OK:
        return Adjusted(base)
    own = type(model)(*map(float, found.theta[: len(names)]))
    fit = replace(
        base, reason=reason, parameters=own, covariance=covariance, log_likelihood=found.log_likelihood
    )
    factors = found.theta[len(names) :].reshape(-1, 2).tolist()
    return Adjusted(fit, kept, tuple((rate, end) for rate, end in factors), gain)


def _held_out(
    model: Timing, customers: Summary, codes: Mapping[str, Ints], columns: tuple[Column, ...]
) -> Floats:
    """Return the log-likelihood of each part of the customers under the fit to the others."""
    part, found = np.arange(len(customers)) % FOLDS, np.empty(FOLDS)
    for at in range(FOLDS):
        unseen, seen = np.flatnonzero(part == at), np.flatnonzero(part != at)
        learned, judged = (
            _likelihood(model, customers[rows], {name: each[rows] for name, each in codes.items()}, columns)
            for rows in (seen, unseen)
        )
        found[at] = judged(maximise(learned, _start(model, columns)).theta)[0]
    return found


def _likelihood(
    model: Timing, customers: Summary, codes: Mapping[str, Ints], columns: tuple[Column, ...]
) -> Likelihood:
    """Return the log-likelihood of parameters and factors: that of each group at parameters of its own.

    By their logarithms a group's parameters are linear in these, so derivatives follow by the chain rule.
    """
    parts = [
        (type(model).likelihood(customers[rows].histogram()), _design(type(model), columns, levels))
        for rows, levels in _alike([one.place(codes[one.name]) for one in columns], len(customers))
    ]

    def call(theta: Floats) -> tuple[float, Floats, Floats]:
        value, slope, curve = 0.0, np.zeros(len(theta)), np.zeros((len(theta), len(theta)))
        for likelihood, design in parts:
            own = np.exp(design @ np.log(theta))
            one, gradient, hessian = likelihood(own)
            value += one
            slope += design.T @ (own * gradient)
            curve += design.T @ (np.outer(own, own) * hessian + np.diag(own * gradient)) @ design
        return value, slope / theta, (curve - np.diag(slope)) / np.outer(theta, theta)

    return call


def _alike(places: Sequence[Ints], size: int) -> Iterator[tuple[Ints, tuple[int, ...]]]:
    """Yield the rows of customers who share their places in all columns, and those places."""
    key = np.zeros(size, np.int64)
    for place in places:
        key = key * (int(place.max(initial=0)) + 1) + place
    order = np.argsort(key, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(key[order])) + 1):
        if len(rows):
            yield rows, tuple(int(place[rows[0]]) for place in places)


def _design(model: type[Timing], columns: tuple[Column, ...], levels: tuple[int, ...]) -> Floats:
    """Return the matrix from the logarithms of parameters and factors to those of a group's parameters."""
    names, (rate, faster), (end, power) = _names(model), model.rate, model.end
    design = np.zeros((len(names), len(names) + 2 * sum(len(one.levels) for one in columns)))
    np.fill_diagonal(design, 1)
    first = len(names)
    for column, level in zip(columns, levels, strict=True):
        if level:
            design[names.index(rate), first + 2 * level - 2] = faster
            design[names.index(end), first + 2 * level - 1] = power
        first += 2 * len(column.levels)
    return design


def _start(model: Timing, columns: tuple[Column, ...]) -> Floats:
    return np.append(_values(model), np.ones(2 * sum(len(one.levels) for one in columns)))


def _names(model: type[Timing]) -> list[str]:
    return [field.name for field in fields(model)]


def _values(model: Timing) -> Floats:
    return np.array([getattr(model, name) for name in _names(type(model))])
