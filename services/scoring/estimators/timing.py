"""Owns what every timing estimator answers: who still buys, how often, and what follows from these."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import astuple, fields
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from services.scoring.estimators.fitting import Fit, Likelihood, Status, best, judge, too_few
from services.scoring.estimators.histogram import DAYS, Floats, Histogram


class Timing(ABC):
    """When customers buy and whether they still do; a subclass is a frozen dataclass of its parameters.

    All times are in weeks; x (repeat purchases), t_x, age (T of the literature), t and n broadcast against
    each other. "If alive" means given that the customer has not stopped by T.
    """

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, Any]]

    code: ClassVar[str]
    rough: ClassVar[int]  # distinct histories that suffice to choose among starts
    # the parameters that purchases and drop-out are proportional to, and to which power
    rate: ClassVar[tuple[str, int]] = ("alpha", -1)
    end: ClassVar[tuple[str, int]]

    @classmethod
    @abstractmethod
    def likelihood(cls, histogram: Histogram) -> Likelihood:
        """Return the log-likelihood of the parameters on these histories, with its derivatives."""

    @classmethod
    @abstractmethod
    def starts(cls, weeks: float) -> Iterator[Floats]:
        """Return parameters to climb from, given the mean weeks of a customer's age per repeat purchase."""

    @abstractmethod
    def p_alive(self, x: ArrayLike, t_x: ArrayLike, age: ArrayLike) -> Floats:
        """Return P(alive at T | x, t_x, T)."""

    @abstractmethod
    def purchases_if_alive(self, x: ArrayLike, age: ArrayLike, t: ArrayLike) -> Floats:
        """Return E[Y(t) | x, alive at T], purchases in the t weeks after T."""

    @abstractmethod
    def p_active_if_alive(self, x: ArrayLike, age: ArrayLike, t: ArrayLike) -> Floats:
        """Return P(Y(t) > 0 | x, alive at T)."""

    @abstractmethod
    def p_more_if_alive(self, n: ArrayLike, x: ArrayLike, age: ArrayLike, t: ArrayLike) -> Floats:
        """Return P(Y(t) > n | x, alive at T)."""

    @classmethod
    def fit(cls, histogram: Histogram) -> Fit[Self]:
        """Fit by maximum likelihood; see `Fit` for what comes back when the data do not carry it."""
        customers, repeaters = histogram.customers, histogram.repeat_buyers
        if reason := too_few(customers, repeaters):
            return Fit(Status.NOT_ENOUGH_DATA, reason, customers, repeaters)
        weeks = float((histogram.age @ histogram.count) / DAYS / (histogram.x @ histogram.count))
        found = best(
            cls.likelihood(histogram), cls.likelihood(histogram.coarse(cls.rough)), cls.starts(weeks)
        )
        status, reason, covariance = judge(found, (field.name for field in fields(cls)))
        parameters = cls(*map(float, found.theta))
        return Fit(status, reason, customers, repeaters, parameters, covariance, found.log_likelihood)

    def standard_errors(self, covariance: Floats) -> Floats:
        """Return the standard errors of the parameters from the covariance of their logarithms."""
        return np.array(astuple(self)) * np.sqrt(np.diag(covariance))

    def expected_purchases(self, x: ArrayLike, t_x: ArrayLike, age: ArrayLike, t: ArrayLike) -> Floats:
        """Return E[Y(t) | x, t_x, T], expected purchases in the t weeks after T."""
        return self.p_alive(x, t_x, age) * self.purchases_if_alive(x, age, t)

    def expected_new(self, t: ArrayLike) -> Floats:
        """Return E[X(t)], expected repeat purchases in the t weeks after a customer's first purchase."""
        return self.expected_purchases(0, 0, 0, t)

    def p_active(self, x: ArrayLike, t_x: ArrayLike, age: ArrayLike, t: ArrayLike) -> Floats:
        """Return P(Y(t) > 0 | x, t_x, T), the chance of at least one purchase in the t weeks after T."""
        return self.p_alive(x, t_x, age) * self.p_active_if_alive(x, age, t)
