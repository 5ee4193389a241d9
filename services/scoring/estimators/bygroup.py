"""Owns an estimator whose parameters differ by group: customers whom levels of dimensions tell apart."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self

import numpy as np

from services.scoring.estimators.histogram import Ints
from services.scoring.estimators.timing import Timing

Names = Mapping[str, Sequence[str | None]]  # the levels of each dimension; None is that nobody has said
Codes = Mapping[str, Ints]  # of each customer by dimension: 1 + the place of its level among the names, or 0


class GroupingMethod(StrEnum):
    """How parameters of groups are learnt: each segment's by itself, or by effects on everybody's."""

    SEGMENTS = "segments"
    COVARIATES = "covariates"


@dataclass(frozen=True, slots=True)
class By:
    """What parameters differ by: one dimension for segments, one or several for covariates."""

    method: GroupingMethod
    dimensions: tuple[str, ...]

    @classmethod
    def read(cls, stored: Mapping[str, Any] | None) -> Self | None:
        """Read what `stored` wrote."""
        return None if stored is None else cls(GroupingMethod(stored["method"]), tuple(stored["dimensions"]))

    def stored(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"method": self.method.value, "dimensions": list(self.dimensions)}


def label(kind: str, by: Mapping[str, Any] | None) -> str:
    """Name an estimator and what its parameters differ by: what back-tests tell apart."""
    return kind if by is None else f"{kind}, {by['method']}: {', '.join(by['dimensions'])}"


@dataclass(frozen=True, slots=True)
class Level:
    """A level whose customers have `parameters` of their own, or whose rate and drop-out are multiplied."""

    dimension: str
    level: str | None
    parameters: Timing | None = None
    effects: tuple[float, float] = (1.0, 1.0)

    def moved(self, model: Timing) -> Timing:
        """Return the estimator of customers at this level who would else have `model`."""
        if self.parameters is not None:
            return self.parameters
        both = zip((model.rate, model.end), self.effects, strict=True)
        return replace(model, **{name: getattr(model, name) * by**power for (name, power), by in both})


@dataclass(frozen=True, slots=True)
class ByGroup:
    """The parameters of everybody, and the levels that have others.

    A group is a number: the places of its levels among those with others, as digits; 0 is everybody else.
    """

    base: Timing
    levels: tuple[Level, ...]

    @classmethod
    def read(cls, base: Timing, stored: Sequence[Mapping[str, Any]]) -> Self:
        """Read the levels of an estimator version: those with parameters, or effects, of their own."""
        own = (one for one in stored if one["parameters"] or one["effects"])
        return cls(base, tuple(_level(type(base), one) for one in own))

    @property
    def columns(self) -> dict[str, list[str | None]]:
        """The levels with parameters of their own, by dimension."""
        found: dict[str, list[str | None]] = {}
        for one in self.levels:
            found.setdefault(one.dimension, []).append(one.level)
        return found

    def numbers(self, codes: Codes, names: Names, size: int) -> Ints:
        """Return the group of each of `size` customers, given their levels."""
        found, radix = np.zeros(size, np.int64), 1
        for dimension, own in self.columns.items():
            place = {level: at for at, level in enumerate(own, 1)}
            table = np.array([0, *(place.get(name, 0) for name in names[dimension])], np.int64)
            found += radix * table[codes[dimension]]
            radix *= len(own) + 1
        return found

    def group(self, number: int) -> list[int]:
        """Return which of the levels a group has."""
        first, found = 0, []
        for own in self.columns.values():
            number, place = divmod(number, len(own) + 1)
            if place:
                found.append(first + place - 1)
            first += len(own)
        return found

    def timing(self, number: int) -> Timing:
        """Return the estimator of a group."""
        model = self.base
        for at in self.group(number):
            model = self.levels[at].moved(model)
        return model

    def split(self, numbers: Ints) -> Iterator[tuple[int, Ints, Timing]]:
        """Yield each group that there is, the rows of its customers, and its estimator."""
        for number in np.unique(numbers).tolist():
            yield number, np.flatnonzero(numbers == number), self.timing(number)


def _level(kind: type[Timing], stored: Mapping[str, Any]) -> Level:
    own, effects = stored["parameters"], stored["effects"]
    parameters = None if own is None else kind(**own)
    both = (1.0, 1.0) if effects is None else (effects["purchases"], effects["drop_out"])
    return Level(stored["dimension"], stored["level"], parameters, both)
