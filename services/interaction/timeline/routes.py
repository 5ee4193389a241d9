"""The route of the timeline."""

from typing import Annotated
from uuid import UUID

from asyncpg import Record
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.interaction.identities.actions import recognise
from services.interaction.identities.paths import key_in
from services.interaction.identities.people import Key
from services.interaction.records.answers import customers
from services.interaction.records.parameters import CustomerPath
from services.interaction.timeline.kinds import SCOPES
from services.interaction.timeline.queries import timeline
from services.interaction.timeline.schemas import FactKind, TimelinePage
from shared.auth import Principal, Visibility, allow
from shared.errors import FieldError, Invalid, NotFound, documents
from web.app import core
from web.hot import hot
from web.lists import Paged, listed

router = APIRouter(tags=["timeline"])
CanRead = Annotated[Principal, allow("interactions:read")]
Kinds = Annotated[str | None, Query(max_length=200, description=f"Only these of: {', '.join(FactKind)}.")]
ThroughChannel = Annotated[
    str | None, Query(max_length=64, description="Only contacts through this channel.")
]
NOBODY = "No such customer, or none that you may see."


@router.get(
    "/v1/customers/{customer}/timeline", response_model=TimelinePage, responses=documents(NotFound, Invalid)
)
@hot
async def get_timeline(
    request: Request,
    customer: CustomerPath,
    principal: CanRead,
    place: Paged,
    *,
    kinds: Kinds = None,
    channel: Annotated[
        str | None, Query(max_length=64, description="Only contacts through this channel.")
    ] = None,
) -> Response:
    """Show what passed between a customer and the firm, newest first; orders to those who may read them."""
    pool, key = core(request).database.pool, key_in(customer)
    wanted = {kind for kind in _named(kinds) if principal.may(SCOPES[kind])}
    wanted &= {"interaction"} if channel is not None else wanted
    of = key if isinstance(key, UUID) else await _found(request, principal, key)

    async def ask(**given: object) -> list[Record]:
        rows: list[Record] = []
        if wanted:
            further = given["last_occurred_at"] is not None
            query = timeline(frozenset(wanted), channel=channel is not None, further=further)
            rows = await query.all(pool, principal, of=of, channel=channel, **given)
        if not rows and isinstance(key, UUID):
            await _found(request, principal, key)
        return rows

    return await listed(request, place, ("occurred_at", "id"), ask)


def _named(kinds: str | None) -> set[str]:
    named = set(kinds.split(",")) if kinds is not None else set(SCOPES)
    if named - SCOPES.keys():
        detail = f"Name kinds, separated by commas: {', '.join(SCOPES)}."
        error: FieldError = {"parameter": "kinds", "code": "unknown_kind", "detail": detail}
        raise Invalid(detail, errors=[error])
    return named


async def _found(request: Request, principal: Principal, key: Key | None) -> UUID:
    """Return an id of the customer; NotFound if neither we nor the customer service know one to be seen."""
    if key is None:
        raise NotFound(NOBODY)
    closely = principal.visibility is not Visibility.ALL
    people = await recognise(core(request).database.pool, customers(request), [key], closely=closely)
    who = people.told.get(key) or people.known.get(key)
    if who is None or who.deleted or not who.seen_by(principal):
        raise NotFound(NOBODY)
    return who.original_id
