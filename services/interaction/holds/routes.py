"""Holds over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from feed.history import HistoryPage, Stepped
from services.interaction.holds import actions
from services.interaction.holds.actions import HOLDS, LISTED
from services.interaction.holds.schemas import RetentionHoldPage, RetentionHoldRead, RetentionHoldWrite
from services.interaction.identities.actions import recognise, settle
from services.interaction.identities.paths import key_in
from services.interaction.records.actions import NOBODY
from services.interaction.records.answers import customers
from services.interaction.records.parameters import CustomerPath
from services.interaction.records.whose import known_in
from shared.auth import Principal, Visibility, allow
from shared.database import Transaction
from shared.errors import (
    Conflict,
    Invalid,
    MaskedField,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    documents,
)
from web.app import answer, core
from web.etag import IfMatchOptional, Seen
from web.hot import hot
from web.lists import Paged, listed
from web.once import Answer, once

router = APIRouter(prefix="/v1/retention-holds", tags=["retention"])
customers_router = APIRouter(prefix="/v1/customers/{customer}/retention-hold", tags=["retention"])
CanRead = Annotated[Principal, allow("retention:read")]
CanWrite = Annotated[Principal, allow("retention:write")]
CHANGING = (NotFound, PreconditionRequired, PreconditionFailed, Invalid)


@router.get("", response_model=RetentionHoldPage)
@hot
async def list_retention_holds(request: Request, principal: CanRead, place: Paged) -> Response:
    """List holds, the oldest first."""
    pool = core(request).database.pool
    return await listed(request, place, ("id",), lambda **given: LISTED.all(pool, principal, **given))


@customers_router.get("", response_model=RetentionHoldRead, responses=documents(NotFound))
@hot
async def get_retention_hold(request: Request, customer: CustomerPath, principal: CanRead) -> Response:
    """Show why nothing of a customer goes; 404 if it is not on hold."""
    who = await known_in(request, principal, customer)
    row = await actions.fetch(core(request).database.pool, principal, who)
    return answer(row["data"], version=row["version"], request=request)


@customers_router.put(
    "",
    response_model=RetentionHoldRead,
    responses={
        201: {"model": RetentionHoldRead, "description": "It was not on hold."},
        **documents(*CHANGING, MaskedField, Conflict),
    },
)
@hot
async def put_retention_hold(
    body: RetentionHoldWrite,
    request: Request,
    customer: CustomerPath,
    principal: CanWrite,
    _: IfMatchOptional = None,
) -> Response:
    """Put a customer on hold: nothing of it goes from the answer on; changing the reason needs If-Match."""
    key = key_in(customer)
    if key is None:
        raise NotFound(NOBODY)
    pool, closely = core(request).database.pool, principal.visibility is not Visibility.ALL
    people = await recognise(pool, customers(request), [key], closely=closely)

    async def act(tx: Transaction) -> Answer:
        who = (people.known | people.told).get(key)
        if who is None or not who.seen_by(principal):
            raise NotFound(NOBODY)
        who = (await settle(tx, people)).get(key)
        if who is None or who.deleted:
            raise NotFound(NOBODY)
        return await actions.put(tx, request, who, body.reason)

    return await once(request, principal, act)


@customers_router.delete("", status_code=204, responses=documents(*CHANGING))
@hot
async def delete_retention_hold(
    request: Request, customer: CustomerPath, seen: Seen, principal: CanWrite
) -> Response:
    """Let rules hold again for a customer."""
    who = await known_in(request, principal, customer)
    return await once(request, principal, lambda tx: actions.remove(tx, who, seen))


@customers_router.get("/history", response_model=HistoryPage, responses=documents(NotFound))
@hot
async def get_retention_hold_history(
    request: Request, customer: CustomerPath, principal: CanRead, place: Stepped
) -> Response:
    """List who put the customer on hold and why, newest first; of the hold that there is."""
    who = await known_in(request, principal, customer)
    row = await actions.fetch(core(request).database.pool, principal, who)
    return await HOLDS.history.answer(request, principal, place, row["id"])


ROUTERS = (router, customers_router)
