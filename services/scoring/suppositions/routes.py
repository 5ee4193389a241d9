"""Asking what would change a score."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.scoring.explanations.queries import NothingSaid, score_of
from services.scoring.identities.queries import meant
from services.scoring.scores.routes import CanRead, Named
from services.scoring.suppositions.schemas import WhatIfRead
from services.scoring.suppositions.supposing import Supposed, supposed
from shared.errors import FieldError, Forbidden, Invalid, NotFound, Unauthenticated, documents
from shared.schemas import Amount
from web.app import answer, core
from web.hot import hot

router = APIRouter(prefix="/v1/scores/{customer}", tags=["scores"])
LONGEST, LARGEST = 3650, 1_000_000_000


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
    pool = core(request).database.pool
    id_ = await meant(pool, principal, customer)
    told = await score_of(pool, principal, id_, None)
    case = Supposed(days_without_order, None if order_today is None else float(order_today))
    return answer(await asyncio.to_thread(supposed, told, id_, case))


def _refused(parameter: str, detail: str) -> Invalid:
    return Invalid(detail, errors=[FieldError(parameter=parameter, code="bad_supposition", detail=detail)])
