"""The routes of the timeline and of its totals."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from asyncpg import Record
from fastapi import APIRouter, Query, Request, Response

from services.interaction.identities.paths import key_in
from services.interaction.records.parameters import CustomerPath
from services.interaction.records.whose import known_in
from services.interaction.timeline.narrowing import Narrowed
from services.interaction.timeline.paging import turned
from services.interaction.timeline.people import with_people
from services.interaction.timeline.queries import Shape, timeline
from services.interaction.timeline.schemas import TimelineOrder, TimelinePage, TimelinePart, TimelineTotals
from services.interaction.timeline.totals import totals
from shared.auth import Principal, allow
from shared.errors import Invalid, MaskedField, NotFound, documents
from web.app import answer, core
from web.hot import hot
from web.lists import Paged

router = APIRouter(prefix="/v1/customers/{customer}/timeline", tags=["timeline"])
CanRead = Annotated[Principal, allow("interactions:read")]
Order = Annotated[TimelineOrder, Query(description="Begin with the newest (desc) or with the oldest (asc).")]
Include = Annotated[
    TimelinePart | None,
    Query(description="`people`: of an organization, with what passed with people while they worked there."),
]


@router.get("", response_model=TimelinePage, responses=documents(NotFound, MaskedField, Invalid))
@hot
async def get_timeline(
    request: Request,
    customer: CustomerPath,
    principal: CanRead,
    place: Paged,
    narrowed: Narrowed,
    *,
    order: Order = TimelineOrder.DESC,
    include: Include = None,
) -> Response:
    """Show what passed between a customer and the firm, newest first; orders to those who may read them."""
    pool, key = core(request).database.pool, key_in(customer)
    wanted = narrowed.read_by(principal)
    of = key
    if include is not None or not isinstance(of, UUID):
        of = (await known_in(request, principal, customer)).original_id

    async def ask(last: Sequence[Any] | None, limit: int, back: bool) -> list[Record]:  # noqa: FBT001 - paging's
        rows: list[Record] = []
        if wanted.kinds:
            ascending = (order is TimelineOrder.ASC) is not back
            shape = Shape(wanted.kinds, wanted.filters, last is not None, ascending)
            query = timeline(shape) if include is None else with_people(shape, principal.visibility)
            behind = {} if last is None else {"last_occurred_at": last[0], "last_id": last[1]}
            rows = await query.all(pool, principal, of=of, limit=limit, **behind, **wanted.given)
        if not rows and isinstance(key, UUID):
            await known_in(request, principal, customer)
        return rows

    return await turned(request, place, ask)


@router.get("/totals", response_model=TimelineTotals, responses=documents(NotFound, MaskedField, Invalid))
@hot
async def get_timeline_totals(
    request: Request, customer: CustomerPath, principal: CanRead, narrowed: Narrowed
) -> Response:
    """Count what passed between a customer and the firm, by month, kind and channel."""
    pool, wanted = core(request).database.pool, narrowed.read_by(principal)
    of = (await known_in(request, principal, customer)).original_id
    rows: list[Record] = []
    if wanted.kinds:
        rows = await totals(wanted.kinds, wanted.filters).all(pool, principal, of=of, **wanted.given)
    return answer({"items": [row["data"] for row in rows]}, request=request)
