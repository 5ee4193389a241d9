"""What became of those who bought first in one month: who bought again, and for how much."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import groupby
from typing import Any

from asyncpg import Record
from sqlalchemy import Integer, bindparam, cast, extract, func, select

from services.scoring.commercial.parts import money
from services.scoring.commercial.queries import first_bought
from services.scoring.costs.spending import CENTS, SINCE, UNTIL
from services.scoring.cube.models import SoldLine
from services.scoring.identities.models import Identity
from services.scoring.states.queries import CURRENCY
from shared.statements import visible

YEAR = 12


def _by_month() -> Any:  # noqa: ANN401 - a select
    """Count by cohort and month of purchase, of the customers who bought first in the window.

    `active` are those with a purchase in the month; until the month `:last`.
    """
    line, first = SoldLine, first_bought()
    cohort = cast(extract("year", first.c.day) * YEAR + extract("month", first.c.day) - 1, Integer)
    bought = func.count(line.current_id.distinct()).filter(line.order_id.is_not(None))
    return (
        select(
            cohort.label("cohort"),
            line.month,
            bought.label("active"),
            func.sum(func.round(line.amount, CENTS)).label("revenue"),
            func.sum(func.round(line.amount, CENTS) - func.round(line.cost, CENTS)).label("margin"),
        )
        .join_from(Identity, first, first.c.customer_id == Identity.original_id)
        .join(line, line.current_id == Identity.original_id)
        .where(
            ~Identity.deleted,
            first.c.day.between(SINCE, UNTIL),
            line.month <= bindparam("last", type_=Integer),
            line.currency == CURRENCY,
        )
        .group_by(cohort, line.month)
        .order_by(cohort, line.month)
    )


COHORTS = visible(_by_month(), of=Identity)


def table(rows: Iterable[Record], last: int, currency: str) -> list[dict[str, Any]]:
    """Return the cohorts, each with every month from its first to the `last` (12 x year + month - 1)."""
    return [_cohort(at, list(some), last, currency) for at, some in groupby(rows, lambda row: row["cohort"])]


def _cohort(at: int, rows: list[Record], last: int, currency: str) -> dict[str, Any]:
    by_month = {row["month"]: row for row in rows}
    customers = by_month[at]["active"] if at in by_month else 0
    months = list(_months(at, by_month, last, customers, currency))
    return {"cohort": written(at), "customers": customers, "months": months}


def _months(
    at: int, by_month: dict[int, Record], last: int, customers: int, currency: str
) -> Iterator[dict[str, Any]]:
    for month in range(at, max(last, at) + 1):
        row = by_month.get(month)
        active = row["active"] if row else 0
        yield {
            "months": month - at,
            "active": active,
            "share": active / customers if customers else 0.0,
            **{name: money(row[name] if row else Decimal(), currency) for name in ("revenue", "margin")},
        }


def written(month: int) -> str:
    """Write a month, 12 x year + month - 1, as `YYYY-MM`."""
    year, rest = divmod(month, YEAR)
    return f"{year:04}-{rest + 1:02}"
