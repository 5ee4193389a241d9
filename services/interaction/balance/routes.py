"""Balances over HTTP: of a customer, of an owner's or a department's customers, and whom to call."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

from asyncpg import Record
from fastapi import APIRouter, Depends, Query, Request, Response

from services.interaction.balance.figures import (
    formality,
    frequency,
    group_in,
    kind_of,
    last,
    purpose_of,
    two_way,
)
from services.interaction.balance.queries import COUNTS, DUE, RHYTHM, SORTS, SORTS_OF_MANY
from services.interaction.balance.schemas import BalanceSummary, CustomerBalance, DuePage
from services.interaction.interactions.known import Channels, channels
from services.interaction.records.parameters import CustomerPath, Word
from services.interaction.records.whose import known_in
from shared.auth import Principal, allow
from shared.errors import FieldError, Invalid, NotFound, documents
from shared.schemas import Instant
from web.app import answer, core
from web.hot import hot
from web.lists import Paged, listed

router = APIRouter(tags=["balance"])
CanRead = Annotated[Principal, allow("interactions:read")]
USUALLY = timedelta(days=90)  # the span where none is said
Span = tuple[datetime, datetime]


async def _span(
    request: Request,
    since: Annotated[Instant | None, Query(description="Contacts then or later; else 90 days.")] = None,
    until: Annotated[Instant | None, Query(description="Contacts before then; else now.")] = None,
) -> Span:
    end = until or core(request).clock()
    try:
        start = since or end - USUALLY
    except OverflowError:
        start = end
    if start >= end:
        detail = "`since` lies before `until`."
        error: FieldError = {"parameter": "since", "code": "empty_span", "detail": detail}
        raise Invalid(detail, errors=[error])
    return start, end


async def _whose(
    owner: Word = None, department: Word = None, customer_class: Word = None
) -> dict[str, str | None]:
    return {"owner": owner, "department": department, "customer_class": customer_class}


Spanned = Annotated[Span, Depends(_span)]
Whose = Annotated[dict[str, str | None], Depends(_whose)]


@router.get(
    "/v1/customers/{customer}/balance",
    response_model=CustomerBalance,
    responses=documents(NotFound, Invalid),
)
@hot
async def get_customer_balance(
    request: Request, customer: CustomerPath, principal: CanRead, span: Spanned
) -> Response:
    """Show the balance of a relationship: who addresses whom, how formally, how often and how lately."""
    held = core(request)
    pool, now, (since, until) = held.database.pool, held.clock(), span
    who = await known_in(request, principal, customer)
    rows = await SORTS.all(pool, principal, of=who.original_id, since=since, until=until)
    known = await channels(held.database)
    rhythm = await RHYTHM.one(pool, principal, id=who.current_id)
    sorts: list[Mapping[str, Any]] = [dict(row) for row in rows]
    contacts = [row for row in sorts if row["contact"]]
    count = sum(row["count"] for row in contacts)
    kinds = [row for row in sorts if principal.may("orders:read") or row["contact"]]
    told = {
        "customer_id": who.current_id,
        "contacts": count,
        **_common(contacts, span, known),
        "frequency": frequency(dict(rhythm) if rhythm else None, count, until - since, now),
        "last_of_kind": last(kinds, "kind", kind_of, now),
        "last_for_purpose": last(contacts, "purpose", purpose_of, now),
        "last_through_group": last(contacts, "group", group_in(known), now),
    }
    return answer(told, request=request)


@router.get("/v1/balance", response_model=BalanceSummary, responses=documents(Invalid))
@hot
async def get_balance(request: Request, principal: CanRead, span: Spanned, whose: Whose) -> Response:
    """Sum up the balance with the customers of an owner, a department or a class, or all that you see."""
    held = core(request)
    given = {**whose, "since": span[0], "until": span[1]}
    counts = await COUNTS.one(held.database.pool, principal, now=held.clock(), **given)
    rows = await SORTS_OF_MANY.all(held.database.pool, principal, **given)
    sorts, known = [dict(row) for row in rows], await channels(held.database)
    told = {
        **dict(counts or {}),
        "contacts": sum(row["count"] for row in sorts),
        **_common(sorts, span, known),
    }
    return answer(told, request=request)


@router.get("/v1/balance/due", response_model=DuePage)
@hot
async def list_due_customers(request: Request, principal: CanRead, place: Paged, whose: Whose) -> Response:
    """List whom to call: customers who were to be talked to before now, the most overdue first."""
    held = core(request)

    async def ask(**at: Any) -> list[Record]:  # noqa: ANN401 - a page's
        return await DUE.all(held.database.pool, principal, now=held.clock(), **whose, **at)

    return await listed(request, place, ("due_at", "customer_id"), ask)


def _common(rows: Sequence[Mapping[str, Any]], span: Span, known: Channels) -> dict[str, Any]:
    return {
        "since": span[0],
        "until": span[1],
        "two_way": two_way(rows),
        "formality": formality(rows, known),
    }
