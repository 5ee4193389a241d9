"""Owns fits of parameters by group, segments or covariates, and what a version tells of each level."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

import numpy as np
from scipy.linalg import block_diag

from services.scoring.estimators.bygroup import By, ByGroup, Codes, GroupingMethod, Level, Names
from services.scoring.estimators.covariates import Adjusted, Column, adjust
from services.scoring.estimators.fitting import Fit, Status, too_few
from services.scoring.estimators.histogram import Floats, Ints
from services.scoring.estimators.segments import Segment, fit_segments
from services.scoring.estimators.summary import Summary
from services.scoring.estimators.timing import Timing

MOST_SEGMENTS = 100
MOST_EFFECTS = 12  # levels of a covariate: the groups of four of them still have small numbers
_WHAT = ("purchases", "drop_out")
Told = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ways:
    """What parameters are to differ by, each in turn; with the levels there are, and the customers' codes."""

    ways: tuple[By, ...]
    names: Names
    codes: Codes

    @classmethod
    def read(cls, stored: Sequence[Mapping[str, Any]], names: Names | None, told: Ints | None) -> Self:
        """Read ways from JSON; `told` has a row per customer, and a column per dimension of the names."""
        if names is None or told is None:
            return cls((), {}, {})
        ways = tuple(way for one in stored if (way := By.read(one)))
        return cls(ways, names, dict(zip(names, told.T, strict=True)))

    def fit(self, base: Fit[Timing], customers: Summary, by: By) -> "GroupFit | None":
        """Fit in one of the ways; None when everybody's fit is not sound."""
        return fit_by_group(base, customers, by, self.codes, self.names)

    def numbers(self, model: ByGroup, size: int) -> Ints:
        """Return the customers' groups."""
        return model.numbers(self.codes, self.names, size)


NO_WAYS = Ways((), {}, {})


@dataclass(frozen=True, slots=True)
class Part:
    """Customers of one group: their rows, estimator, and the matrix from all log parameters to its own."""

    rows: Ints
    timing: Timing
    design: Floats


@dataclass(frozen=True, slots=True)
class GroupFit:
    """A fit by group. fit: everybody's parameters, with the log-likelihood of all groups together.

    told: every level, as a version shows it. covariance: of the logarithms of everybody's parameters, then of
    each level's own ones, or of its two effects.
    """

    fit: Fit[Timing]
    model: ByGroup
    told: list[Told]
    covariance: Floats
    gain: float | None = None

    def parts(self, numbers: Ints) -> Iterator[Part]:
        """Yield the customers of each group, given everybody's group."""
        for number, rows, timing in self.model.split(numbers):
            yield Part(rows, timing, self._design(self.model.group(number)))

    def _design(self, levels: list[int]) -> Floats:
        names = list(asdict(self.model.base))
        design = np.zeros((len(names), len(self.covariance)))
        design[:, : len(names)] = np.eye(len(names))
        for at in levels:
            if self.model.levels[at].parameters is not None:
                design[:] = 0
                design[:, len(names) * (at + 1) : len(names) * (at + 2)] = np.eye(len(names))
            else:
                for what, (name, power) in enumerate((self.model.base.rate, self.model.base.end)):
                    design[names.index(name), len(names) + 2 * at + what] = power
        return design


def fit_by_group(
    base: Fit[Timing], customers: Summary, by: By, codes: Codes, names: Names
) -> GroupFit | None:
    """Fit by group; None when everybody's fit is not sound.

    A segment whose data do not carry a fit, and a level of a covariate that foretells nothing or is too
    small, have everybody's parameters.
    """
    if base.status is not Status.OK or base.parameters is None or base.covariance is None:
        return None
    if by.method is GroupingMethod.SEGMENTS:
        return _by_segment(base, customers, by.dimensions[0], codes, names)
    return _by_covariates(base, customers, by, codes, names)


def _by_segment(
    base: Fit[Timing], customers: Summary, dimension: str, codes: Codes, names: Names
) -> GroupFit:
    assert base.parameters is not None  # noqa: S101 - for the type checker; the caller has looked
    found = fit_segments(type(base.parameters), customers, codes[dimension], base)
    named = list(enumerate(names[dimension], 1))
    segments = [found.get(code) or Segment(base, too_few(0, 0)) for code, _ in named]
    own = [one.fit for one in segments if not one.borrowed]
    pairs = zip(names[dimension], segments, strict=True)
    levels = tuple(Level(dimension, name, one.fit.parameters) for name, one in pairs if not one.borrowed)
    counts = _counted(customers, codes[dimension], len(named))
    told = [
        _told(dimension, name, count, one.borrowed, one.fit if not one.borrowed else None)
        for (_, name), count, one in zip(named, counts, segments, strict=True)
    ]
    model = ByGroup(base.parameters, levels)
    rest = np.flatnonzero(model.numbers(codes, names, len(customers)) == 0)
    value = sum(fit.log_likelihood or 0.0 for fit in own) + _log_likelihood(base.parameters, customers[rest])
    covariance = block_diag(*(fit.covariance for fit in (base, *own) if fit.covariance is not None))
    return GroupFit(replace(base, log_likelihood=value), model, told, covariance)


def _log_likelihood(model: Timing, customers: Summary) -> float:
    if not len(customers):
        return 0.0
    return type(model).likelihood(customers.histogram())(np.array(list(asdict(model).values())))[0]


def _by_covariates(base: Fit[Timing], customers: Summary, by: By, codes: Codes, names: Names) -> GroupFit:
    few = {one: np.where(codes[one] > MOST_EFFECTS, 0, codes[one]) for one in by.dimensions}
    used = {name: _with_largest(few[name]) for name in by.dimensions}
    found = adjust(base, customers, used)
    model, covariance = found.fit.parameters, found.fit.covariance
    assert model is not None  # noqa: S101 - as above: adjusting keeps a sound base sound
    assert covariance is not None  # noqa: S101 - as above
    placed = [(one, level) for one in found.columns for level in one.levels]
    pairs = list(zip(placed, found.factors, strict=True))
    levels = tuple(
        Level(one.name, names[one.name][code - 1], None, effects) for (one, code), effects in pairs
    )
    told = [row for name in by.dimensions for row in _effects(name, customers, few[name], names, found)]
    count = len(asdict(model))
    fit = replace(found.fit, covariance=covariance[:count, :count])
    return GroupFit(fit, ByGroup(model, levels), told, covariance, found.gain)


def _with_largest(codes: Ints) -> Ints:
    """Let those whose level is none of the names count with the largest one, the reference."""
    known = codes[codes > 0]
    return np.where(codes > 0, codes, np.bincount(known).argmax() if len(known) else 0)


def _effects(name: str, customers: Summary, codes: Ints, names: Names, found: Adjusted) -> Iterator[Told]:
    """Yield the levels of one covariate with their effects, or why they have none."""
    count = len(asdict(found.fit.parameters)) if found.fit.parameters else 0
    errors = np.zeros(0) if found.fit.covariance is None else np.sqrt(np.diag(found.fit.covariance))[count:]
    order = [(one.name, level) for one in found.columns for level in one.levels]
    could = Column.of(name, _with_largest(codes), customers.x).levels
    kept = any(one.name == name for one in found.columns)
    counts = _counted(customers, codes, len(names[name]))
    for code, (level, (size, repeaters)) in enumerate(zip(names[name], counts, strict=True), 1):
        reason = ""
        if (name, code) not in order:
            reason = too_few(size, repeaters) or ("the reference" if kept or code not in could else "")
            reason = reason or "does not foretell customers who were left out"
        row = _told(name, level, (size, repeaters), reason, None)
        if not reason:
            at = order.index((name, code))
            factors, own = found.factors[at], errors[2 * at : 2 * at + 2]
            row["effects"] = dict(zip(_WHAT, factors, strict=True))
            row["standard_errors"] = dict(zip(_WHAT, map(float, np.array(factors) * own), strict=True))
        yield row


def _counted(customers: Summary, codes: Ints, levels: int) -> list[tuple[int, int]]:
    """Return customers and repeat buyers of each level."""
    sizes = np.bincount(codes, minlength=levels + 1)[1 : levels + 1]
    repeaters = np.bincount(codes, customers.x > 0, minlength=levels + 1)[1 : levels + 1]
    return [(int(one), int(other)) for one, other in zip(sizes, repeaters, strict=True)]


def _told(
    dimension: str, level: str | None, counts: tuple[int, int], reason: str, fit: Fit[Timing] | None
) -> Told:
    parameters = errors = None
    if fit is not None and fit.parameters is not None and fit.covariance is not None:
        parameters = asdict(fit.parameters)
        own = map(float, fit.parameters.standard_errors(fit.covariance))
        errors = dict(zip(parameters, own, strict=True))
    return {
        "dimension": dimension,
        "level": level,
        "customers": counts[0],
        "repeat_buyers": counts[1],
        "reason": reason,
        "parameters": parameters,
        "effects": None,
        "standard_errors": errors,
    }
