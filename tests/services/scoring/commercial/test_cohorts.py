"""Cohorts: who bought again, month after month, as counted in plain Python over real purchases."""

from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal

import httpx
import pytest

from services.scoring.commercial.schemas import CohortTable
from tests.services.scoring.base import Base, cdnow
from tests.services.scoring.charts.rendering import drawn, picture

WINDOW = {"since": "1997-01-01", "until": "1997-12-31", "include": "chart"}
EVERY = 8  # one in so many customers


@pytest.fixture(scope="module")
async def counted(base: Base) -> dict[str, dict[int, tuple[int, Decimal]]]:
    """Tell of customers of CDNOW; count by cohort and months since."""
    base.at(datetime(1997, 12, 31, 12, tzinfo=UTC))
    customers, orders = cdnow(currency="CNY")
    customers = customers[::EVERY]
    known = {str(each.subject) for each in customers}
    orders = [each for each in orders if each.data["customer_id"] in known]
    await base.customers(*customers)
    await base.facts_told(*orders)
    while await base.worker.count_once():
        pass
    by_customer = defaultdict[str, list[tuple[str, Decimal]]](list)
    for each in orders:
        bought = each.data["placed_at"][:7], Decimal(each.data["total"]["amount"])
        by_customer[each.data["customer_id"]].append(bought)
    found = defaultdict[str, dict[int, tuple[int, Decimal]]](dict)
    for bought in by_customer.values():
        first = min(month for month, _ in bought)
        for month in {month for month, _ in bought} - {"1998-01"}:
            since = int(month[5:]) - int(first[5:]) + 12 * (int(month[:4]) - int(first[:4]))
            active, money = found[first].get(since, (0, Decimal()))
            spent = sum(amount for at, amount in bought if at == month)
            found[first][since] = (active + 1, money + spent)
    return found


async def test_cohorts_are_as_counted(
    client: httpx.AsyncClient, counted: dict[str, dict[int, tuple[int, Decimal]]]
) -> None:
    answer = (await client.get("/v1/cohorts", params=WINDOW)).json()
    CohortTable.model_validate(answer)
    found = {
        row["cohort"]: {
            month["months"]: (month["active"], Decimal(month["revenue"]["amount"]))
            for month in row["months"]
            if month["active"]
        }
        for row in answer["items"]
    }
    assert found == {
        first: {since: row for since, row in rows.items() if int(first[5:]) + since <= 12}
        for first, rows in counted.items()
    }
    assert sum(row["customers"] for row in answer["items"]) == sum(rows[0][0] for rows in counted.values())
    assert all(row["months"][0]["share"] == 1.0 for row in answer["items"])
    assert drawn(answer["chart"])["rect"] == sum(len(row["months"]) for row in answer["items"])
    assert picture(answer["chart"]).startswith(b"\x89PNG")
