"""The rows that benchmarks load: seeded, with names in three scripts, a few busy customers, one giant."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from bench.lines import (
    CALL,
    CHANNEL_SHARES,
    CHANNELS,
    CUSTOMER,
    INTERACTION,
    MOST_CENTS,
    ORDER,
    RELATION,
    customer_line,
    interaction_line,
    order_line,
)

SEED = 20260101
BEGAN = np.datetime64("2024-06-01T00:00:00")  # UTC, as the sessions that load
YEARS_S = 2 * 365 * 86_400
STRIDE = 7919  # a prime: spreads the busy customers over the whole range, also where SQL has to find them
SKEW = 0.8  # exponent of Zipf's law
GIANT = 0.03  # of all interactions: those that the busiest customer of a slice has besides
STRANGE = 0.002  # of all interactions: those of people whom nobody knows yet
STRANGER = 1 << 40  # the numbers of strangers begin here
KNOWN_TO_STRANGERS = 100  # customers for each stranger
CHUNK = 2_000
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many rows of each kind there are; orders have two lines each."""

    customers: int = 100_000
    interactions: int = 1_000_000
    order_lines: int = 300_000

    @property
    def orders(self) -> int:
        """How many orders the lines make."""
        return self.order_lines // 2

    def times(self, factor: float) -> "Sizes":
        """Return these sizes scaled."""
        return Sizes(
            int(self.customers * factor), int(self.interactions * factor), int(self.order_lines * factor)
        )


class Firsts(NamedTuple):
    """The first id of each kind in a slice; all later ones are greater."""

    customer: UUID
    interaction: UUID
    order: UUID
    call: UUID
    relation: UUID


@dataclass(frozen=True)
class Slice:
    """What is loaded at once: the rows from `start` up to `end`; facts are about customers of the slice."""

    start: Sizes
    end: Sizes

    @cached_property
    def customers(self) -> int:
        """How many customers the slice has."""
        return self.end.customers - self.start.customers

    @property
    def firsts(self) -> Firsts:
        """The first ids of the slice."""
        start = self.start
        return Firsts(
            customer_id(start.customers),
            UUID(f"{INTERACTION}{start.interactions:012x}"),
            UUID(f"{ORDER}{start.orders:012x}"),
            UUID(f"{CALL}{start.interactions:012x}"),
            UUID(f"{RELATION}{start.customers:012x}"),
        )

    @property
    def giant(self) -> UUID:
        """The id of the customer with far more interactions than any other."""
        return customer_id(self.customer(0))

    def busy(self, least: int) -> int:
        """Return how many customers have at least so many interactions, as Zipf expects it."""
        facts = (self.end.interactions - self.start.interactions) * (1 - GIANT - STRANGE)
        return max(1, int((_zipf(self.customers) * facts >= least).sum()))

    def created(self, number: int) -> datetime:
        """Return when a customer of the slice was made."""
        (at,) = _moments(range(number, number + 1), self.end.customers)
        return datetime.fromisoformat(f"{at}+00:00")

    def customer(self, rank: int) -> int:
        """Return the number of a customer by how busy it is, 0 the busiest."""
        return self.start.customers + rank * STRIDE % self.customers

    def customer_rows(self) -> Iterator[bytes]:
        """Yield COPY lines of customers, as the customer service would have stored them."""
        random = np.random.default_rng((SEED, 1, self.start.customers))
        for numbers in _chunks(self.start.customers, self.end.customers):
            draws = random.integers(0, 1 << 30, (len(numbers), 5)).tolist()
            columns = zip(numbers, draws, _moments(numbers, self.end.customers), strict=True)
            yield "".join([customer_line(*row) for row in columns]).encode()

    def interaction_rows(self) -> Iterator[bytes]:
        """Yield COPY lines of interactions, in order of time."""
        random = np.random.default_rng((SEED, 2, self.start.interactions))
        for numbers in _chunks(self.start.interactions, self.end.interactions):
            size = len(numbers)
            columns = zip(
                numbers,
                self._whose(random.random(size)),
                random.choice(CHANNELS, size, p=CHANNEL_SHARES).tolist(),
                random.integers(0, 1 << 30, size).tolist(),
                _moments(numbers, self.end.interactions),
                strict=True,
            )
            yield "".join([interaction_line(*row) for row in columns]).encode()

    def order_rows(self) -> Iterator[bytes]:
        """Yield COPY lines of orders with two lines each."""
        random = np.random.default_rng((SEED, 3, self.start.orders))
        for numbers in _chunks(self.start.orders, self.end.orders):
            cents = random.integers(100, MOST_CENTS, (len(numbers), 2)).tolist()
            buyers = self._by_rank(random.random(len(numbers))).tolist()
            columns = zip(numbers, buyers, cents, _moments(numbers, self.end.orders), strict=True)
            yield "".join([order_line(*row) for row in columns]).encode()

    def _whose(self, draws: Floats) -> list[int]:
        """Return whose interactions these are: strangers', the giant's, else as Zipf says."""
        apart = STRANGE + GIANT
        numbers = self._by_rank((draws - apart).clip(0) / (1 - apart))
        strange = draws < STRANGE
        some = max(1, self.customers // KNOWN_TO_STRANGERS)
        nth = (draws[strange] / STRANGE * some).astype(np.int64)
        numbers[strange] = STRANGER + self.start.customers + nth
        whose: list[int] = numbers.tolist()
        return whose

    def _by_rank(self, draws: Floats) -> NDArray[np.int64]:
        ranks = np.searchsorted(self._cumulated, draws)
        return self.start.customers + ranks * STRIDE % self.customers

    @cached_property
    def _cumulated(self) -> Floats:
        return np.cumsum(_zipf(self.customers))[:-1]


def customer_id(number: int) -> UUID:
    """Return the id of a loaded customer."""
    return UUID(f"{CUSTOMER}{number:012x}")


def _zipf(many: int) -> Floats:
    weights = np.arange(1, many + 1, dtype=np.float64) ** -SKEW
    shares: Floats = weights / weights.sum()
    return shares


def _chunks(start: int, end: int) -> Iterator[range]:
    return (range(at, min(at + CHUNK, end)) for at in range(start, end, CHUNK))


def _moments(numbers: range, of: int) -> list[str]:
    """Return when each row was made: they come in order, spread evenly over the years."""
    seconds = np.array(numbers, dtype=np.int64) * YEARS_S // of
    moments: list[str] = np.datetime_as_string(BEGAN + seconds.astype("timedelta64[s]")).tolist()
    return moments
