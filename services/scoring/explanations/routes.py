"""Asking why: of a score, of its change, of what would change it."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.scoring.explanations.changing import changed
from services.scoring.explanations.evidence import FACTS
from services.scoring.explanations.explaining import explained
from services.scoring.explanations.queries import Told
from services.scoring.explanations.schemas import ExplanationRead, FactPage, ScoreChangeRead, WhatIfRead
from services.scoring.explanations.supposing import Supposed, supposed
from services.scoring.facts.models import Kind
from services.scoring.identities.queries import current_id, seen
from services.scoring.scores.routes import CanRead, Named
from shared.auth import Principal
from shared.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, Unauthenticated, documents
from shared.schemas import Amount, Day, Instant
from web.app import answer, core
from web.hot import hot
from web.lists import Paged, listed

router = APIRouter(prefix="/v1/scores/{customer}", tags=["scores"])
LONGEST, LARGEST = 3650, 1_000_000_000


class NothingSaid(Conflict):
    """Nobody has scored this customer yet, or it has not bought anything by then."""

    code = "nothing_said"
    title = "There is no score to explain"


@router.get(
    "/explanation",
    response_model=ExplanationRead,
    responses=documents(Unauthenticated, Forbidden, NotFound, NothingSaid, Invalid),
)
@hot
async def explain_score(
    request: Request,
    principal: CanRead,
    customer: Named,
    as_of: Annotated[Day | None, Query(description="Explain what was said on this day.")] = None,
) -> Response:
    """Tell why a customer is worth what it is said to be, by factors, in plain words, with the facts."""
    pool, id_ = core(request).database.pool, await _meant(request, principal, customer)
    told = await Told.read(pool, principal, id_, as_of)
    if told is None:
        raise NothingSaid
    return answer(await explained(pool, principal, id_, told))


@router.get(
    "/change",
    response_model=ScoreChangeRead,
    responses=documents(Unauthenticated, Forbidden, NotFound, Invalid),
)
@hot
async def explain_score_change(
    request: Request,
    principal: CanRead,
    customer: Named,
    since: Annotated[Day, Query(description="The earlier day.")],
    until: Annotated[Day | None, Query(description="The later day, by default today.")] = None,
) -> Response:
    """Split the change of a value between two days into passing time, new data and new parameters."""
    held = core(request)
    last = until or held.clock().date()
    if since > last:
        raise _refused("since", "The first day is after the last one.")
    id_ = await _meant(request, principal, customer)
    return answer(await changed(held.database.pool, principal, id_, since, last))


@router.get(
    "/what-if",
    response_model=WhatIfRead,
    responses=documents(Unauthenticated, Forbidden, NotFound, NothingSaid, Invalid),
)
@hot
async def suppose_score(
    request: Request,
    principal: CanRead,
    customer: Named,
    days_without_order: Annotated[int, Query(ge=0, le=LONGEST, description="So many days pass.")] = 0,
    order_today: Annotated[Amount | None, Query(description="Then an order of this amount comes.")] = None,
) -> Response:
    """Tell what a customer would be worth after some days of silence, after an order, or after both."""
    if not days_without_order and order_today is None:
        raise _refused("days_without_order", "Suppose days of silence, an order, or both.")
    if order_today is not None and not 0 < order_today <= LARGEST:
        raise _refused("order_today", "An order is more than nothing, and at most a billion.")
    pool, id_ = core(request).database.pool, await _meant(request, principal, customer)
    told = await Told.read(pool, principal, id_, None)
    if told is None:
        raise NothingSaid
    case = Supposed(days_without_order, None if order_today is None else float(order_today))
    return answer(await asyncio.to_thread(supposed, told, id_, case))


@router.get(
    "/facts", response_model=FactPage, responses=documents(Unauthenticated, Forbidden, NotFound, Invalid)
)
@hot
async def list_score_facts(
    request: Request,
    principal: CanRead,
    place: Paged,
    customer: Named,
    *,
    kind: Kind | None = None,
    until: Annotated[Day | None, Query(description="Of this day or earlier.")] = None,
    told_after: Annotated[Instant | None, Query(description="Told after this time.")] = None,
) -> Response:
    """List the facts behind a customer's score, of all its ids, as they are known now, newest day first."""
    pool, id_ = core(request).database.pool, await _meant(request, principal, customer)
    narrowed = {"kind": kind, "until": until, "told_after": told_after}
    return await listed(
        request,
        place,
        ("day", "subject"),
        lambda **given: FACTS.all(pool, principal, id=id_, **narrowed, **given),
    )


async def _meant(request: Request, principal: Principal, customer: str) -> UUID:
    """Return the current id of a customer that the principal sees; NotFound otherwise."""
    pool = core(request).database.pool
    id_ = await current_id(pool, customer)
    await seen(pool, principal, id_)
    return UUID(int=id_.int)


def _refused(parameter: str, detail: str) -> Invalid:
    return Invalid(detail, errors=[FieldError(parameter=parameter, code="bad_supposition", detail=detail)])
