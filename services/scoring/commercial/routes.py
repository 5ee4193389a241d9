"""Reading commercial value: of a customer, of groups of them, and of cohorts over time."""

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from asyncpg import Record
from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from services.scoring.charts.specification import Included
from services.scoring.commercial.cohorts import COHORTS, YEAR, table
from services.scoring.commercial.parts import PARTS, figures, money
from services.scoring.commercial.pictures import heat_map, waterfall
from services.scoring.commercial.queries import BASES, CLAIMED_AT, EXPECTED, GROUPED, OF_ONE, WAITING
from services.scoring.commercial.schemas import CohortTable, CommercialValue, Dimension, ValueGroups
from services.scoring.commercial.windows import Days, Window
from services.scoring.identities.queries import current_id, seen
from services.scoring.totals import queries as totals
from shared.auth import Principal, Visibility, allow
from shared.errors import Forbidden, Invalid, NotFound, Unauthenticated, documents
from web.app import answer, core
from web.hot import hot
from web.lists import Paged, listed

router = APIRouter(prefix="/v1", tags=["commercial value"])
CanRead = Annotated[Principal, allow("scores:read")]
REFUSED = (Unauthenticated, Forbidden, Invalid)


@router.get("/commercial-value", response_model=ValueGroups, responses=documents(*REFUSED))
@hot
async def list_commercial_value(
    request: Request,
    principal: CanRead,
    place: Paged,
    window: Days,
    by: Annotated[Dimension, Query(description="What customers are grouped by.")] = Dimension.OWNER,
) -> Response:
    """Return what groups of customers brought and cost in a period; the groups add up to the whole."""
    held = core(request)
    pool, currency = held.database.pool, held.settings.currency
    given = {**window._asdict(), "currency": currency}
    waiting = await WAITING.value(pool, **given)
    claimed = by is Dimension.CAMPAIGN
    kept = window.whole_months and not claimed and principal.visibility is Visibility.ALL
    told = {
        **window._asdict(),
        "by": by,
        "customers_waiting": await totals.WAITING.value(pool),
        "claims_as_of": await CLAIMED_AT.value(pool) if claimed else None,
    }

    async def ask(**page: Any) -> list[Any]:  # noqa: ANN401 - what `listed` gives
        if kept:
            page = {"last_key": None, "dimension": totals.GROUPS.index(by), **page}
            rows = await totals.KEPT.all(pool, **given, **page)
        else:
            rows = await GROUPED[by].all(pool, principal, **given, **page)
        return [{"key": row["key"], "data": _group(row, currency, waiting)} for row in rows]

    return await listed(request, place, ("key",), ask, **told)


@router.get(
    "/commercial-value/{customer}",
    response_model=CommercialValue,
    responses=documents(*REFUSED, NotFound),
)
@hot
async def get_commercial_value(
    request: Request,
    principal: CanRead,
    customer: Annotated[str, Path(max_length=300, description="An id, or `<system>:<external id>`.")],
    window: Days,
    include: Included = None,
) -> Response:
    """Return what a customer brought and cost in a period, part by part; what is expected beside it."""
    held = core(request)
    pool, currency = held.database.pool, held.settings.currency
    id_ = await current_id(pool, customer)
    await seen(pool, principal, id_)
    given = {**window._asdict(), "currency": currency, "customer": id_}
    found = await OF_ONE.one(pool, principal, **given)
    bases = await BASES.all(pool, principal, **given)
    expected = await EXPECTED.one(pool, principal, **given)
    waiting = await WAITING.value(pool, **given)
    realized = _realized(found or {}, currency, waiting)
    shown = {
        "customer_id": id_,
        **window._asdict(),
        "realized": realized,
        "bases": [{**dict(row), "amount": money(row["amount"], currency)} for row in bases],
        **_links(id_, window),
        "expected": expected and _expected(expected),
        "chart": waterfall(f"From revenue to contribution, {window.since} to {window.until}", realized)
        if include
        else None,
    }
    return answer(shown)


@router.get("/cohorts", response_model=CohortTable, responses=documents(*REFUSED))
@hot
async def list_cohorts(
    request: Request, principal: CanRead, window: Days, include: Included = None
) -> Response:
    """Return what became of those who bought first in each month of a period, up to today."""
    held = core(request)
    today, currency = held.clock().date(), held.settings.currency
    last = today.year * YEAR + today.month - 1
    given = {**window._asdict(), "currency": currency, "last": last}
    if window.whole_months and principal.visibility is Visibility.ALL:
        rows = await totals.COHORTS.all(held.database.pool, **given)
    else:
        rows = await COHORTS.all(held.database.pool, principal, **given)
    items = await asyncio.to_thread(table, rows, last, currency)
    drawn = heat_map("Who bought again, by month of the first purchase", items) if include else None
    return answer({**window._asdict(), "items": items, "chart": drawn})


def _group(row: Record, currency: str, waiting: int) -> dict[str, Any]:
    expected = row["expected"]
    total = expected is not None and {
        "value_12m": money(expected, currency),
        "customers": row["expecting"],
    }
    return {
        "key": row["key"] or None,
        "customers": row["customers"],
        "realized": _realized(row, currency, waiting),
        "expected": total or None,
    }


def _realized(row: Mapping[str, Any] | Record, currency: str, waiting: int) -> dict[str, Any]:
    amounts = {name: row[name] if row else Decimal() for name in PARTS}
    sold = row["sold"] if row else 0
    coverage = {
        "goods_known": float(row["costed"] / sold) if sold else None,
        "lines_without_rate": int(row["unpriced"]) if row else 0,
        "costs_without_rate": int(row["unrated"]) if row else 0,
        "shares_waiting": waiting,
    }
    return {**figures(amounts, currency), "coverage": coverage}


def _expected(row: Record) -> dict[str, Any]:
    amounts = {
        name: money(Decimal(repr(row[key])), row["currency"])
        for name, key in (("value_12m", "value"), ("p10", "p10"), ("p50", "p50"), ("p90", "p90"))
    }
    return {**amounts, "as_of": row["as_of"]}


def _links(customer: UUID, window: Window) -> dict[str, str]:
    days = f"since={window.since}&until={window.until}"
    return {
        "costs_at": f"/v1/costs/allocation?customer={customer}&{days}",
        "orders_at": f"/v1/orders?customer={customer}&since={window.since}T00:00:00Z",
    }
