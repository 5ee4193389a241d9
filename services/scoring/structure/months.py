"""Owns months and spans of them. Pure."""

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
