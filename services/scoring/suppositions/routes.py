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
from shared.errors import Forbidden, Invalid, NotFound, Unauthenticated, documents
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
    """Tell what a customer would be worth after days of silence, after an order, after both, or just so."""
    if order_today is not None and not 0 < order_today <= LARGEST:
        detail = "An order is more than nothing, and at most a billion."
        raise Invalid(detail, errors=[{"parameter": "order_today", "code": "bad_amount", "detail": detail}])
    pool = core(request).database.pool
    id_ = await meant(pool, principal, customer)
    told = await score_of(pool, principal, id_, None)
    case = Supposed(days_without_order, None if order_today is None else float(order_today))
    return answer(await asyncio.to_thread(supposed, told, id_, case))
