"""Owns why a customer is worth what the forecast says: three factors beside the population's means."""

from dataclasses import dataclass
from typing import Self

from services.scoring.estimators.forecast import Forecast

FACTORS = ("p_alive", "purchases_if_alive", "value_per_purchase")


@dataclass(frozen=True, slots=True)
class Population:
    """Means of the factors and the value over all customers of a run, kept to explain one of them later."""

    customers: int
    p_alive: float
    purchases_if_alive: float
    value_per_purchase: float
    value: float

    @classmethod
    def of(cls, forecast: Forecast) -> Self:
        """Return the means of a forecast of at least one customer. ValueError for an empty one."""
        if not len(forecast.value):
            message = "no customers to average over"
            raise ValueError(message)
        means = [float(getattr(forecast, name).mean()) for name in (*FACTORS, "value")]
        return cls(len(forecast.value), *means)


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of a value: the customer's, the population's mean, and their ratio."""

    name: str
    value: float
    population: float

    @property
    def ratio(self) -> float | None:
        """Return how many times the population's mean the customer reaches; None when that mean is 0."""
        return self.value / self.population if self.population else None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A value and the factors whose product it is."""

    value: float
    factors: tuple[Factor, ...]


def explain(forecast: Forecast, population: Population, row: int = 0) -> Explanation:
    """Return the factors of one customer's value; their product is the value to the last bits of a double."""
    factors = (
        Factor(name, float(getattr(forecast, name)[row]), float(getattr(population, name)))
        for name in FACTORS
    )
    return Explanation(float(forecast.value[row]), tuple(factors))
