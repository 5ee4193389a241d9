"""Converting sums by the rate of their day. Pure."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

Dated = tuple[date, Decimal]


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount of money as it was on a day."""

    amount: Decimal
    currency: str
    day: date


@dataclass(frozen=True, slots=True)
class Converted:
    """The total of the sums whose rate is known, in one currency; `missing` has the other sums."""

    total: Decimal
    missing: tuple[tuple[str, date], ...]


@dataclass(slots=True)
class Rates:
    """Dated rates by pair, each list in the order of its days."""

    of: dict[tuple[str, str], list[Dated]] = field(default_factory=lambda: defaultdict(list))

    def add(self, base: str, quote: str, day: date, rate: Decimal) -> None:
        """Add the next rate of a pair; its days have to come in order."""
        self.of[base, quote].append((day, rate))

    def rate(self, base: str, quote: str, day: date) -> Decimal | None:
        """Return the last rate dated on or before the day; None when nobody has said.

        The stated direction goes before the inverse of the other.
        """
        if base == quote:
            return Decimal(1)
        stated = self._last(base, quote, day)
        if stated is None and (inverse := self._last(quote, base, day)) is not None:
            return 1 / inverse
        return stated

    def convert(self, sums: Iterable[Sum], into: str) -> Converted:
        """Add up sums in one currency; those without a rate are named and not counted."""
        total, missing = Decimal(), set()
        for each in sums:
            rate = self.rate(each.currency, into, each.day)
            if rate is None:
                missing.add((each.currency, each.day))
            else:
                total += each.amount * rate
        return Converted(total, tuple(sorted(missing)))

    def _last(self, base: str, quote: str, day: date) -> Decimal | None:
        dated = self.of.get((base, quote), [])
        at = bisect_right(dated, day, key=lambda each: each[0])
        return dated[at - 1][1] if at else None
