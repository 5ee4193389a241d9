"""Owns months and spans of them. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

LONGEST = 120


def number_of(month: str) -> int:
    """Count a month such as 2016-01: 12 x year + month - 1."""
    year, of_year = month.split("-")
    return int(year) * 12 + int(of_year) - 1


def name_of(number: int) -> str:
    """Return the month such as 2016-01."""
    return f"{number // 12:04}-{number % 12 + 1:02}"


class Span(NamedTuple):
    """Months from the first to the last, both included."""

    first: int
    last: int

    def back(self, months: int) -> "Span":
        """Return the span so many months earlier."""
        return Span(self.first - months, self.last - months)

    @property
    def length(self) -> int:
        """How many months it has."""
        return self.last - self.first + 1


def told_as(spans: Sequence[Span], *, quarters: bool) -> list[list[int]]:
    """Return how cells tell the months of each span: if asked, whole quarters by minus their first one.

    A quarter of which a span has only a part is told by its months, for all spans alike.
    """
    months = [set(range(span.first, span.last + 1)) for span in spans]
    whole = {first for of in months for first in of if quarters and first % 3 == 0}
    whole = {
        first for first in whole if all(len(of & {first, first + 1, first + 2}) in {0, 3} for of in months)
    }
    return [
        [
            *(-first for first in sorted(whole & of)),
            *(one for one in sorted(of) if one - one % 3 not in whole),
        ]
        for of in months
    ]
