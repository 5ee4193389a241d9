"""Strangers over HTTP: the list of who waits, each one with proposals, and what can be decided."""

import asyncio
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import orjson
from asyncpg import Record
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from feed.history import HistoryPage, Stepped
from services.interaction.identities.actions import recognise
from services.interaction.identities.people import key_of
from services.interaction.inbox import actions
from services.interaction.inbox.asking import proposals
from services.interaction.inbox.models import StrangerState
from services.interaction.inbox.queries import LISTED, ONE
from services.interaction.inbox.schemas import (
    StrangerAttach,
    StrangerDismiss,
    StrangerPage,
    StrangerRead,
)
from services.interaction.records.actions import UnknownCustomer
from services.interaction.records.answers import customers
from shared.auth import Principal, allow
from shared.errors import FieldError, Invalid, NotFound, PreconditionFailed, PreconditionRequired, documents
from shared.schemas import Body, example
from web.app import answer, core
from web.etag import Seen
from web.hot import hot
from web.lists import Paged, listed
from web.once import once
from web.openapi import LIVE

MOST = 20  # strangers in a list with proposals: each is asked for
router = APIRouter(prefix="/v1/inbox", tags=["inbox"])
CanRead = Annotated[Principal, allow("interactions:read")]
CanWrite = Annotated[Principal, allow("interactions:write")]
CHANGING = (NotFound, PreconditionRequired, PreconditionFailed)


class StrangerPart(StrEnum):
    """What a list may show besides."""

    PROPOSALS = "proposals"


class Nothing(Body):
    """Nothing has to be said."""

    model_config = example()


@router.get("", response_model=StrangerPage, responses=documents(Invalid))
@hot
async def list_strangers(
    request: Request,
    principal: CanRead,
    place: Paged,
    *,
    state: StrangerState = StrangerState.OPEN,
    include: Annotated[
        StrangerPart | None, Query(description=f"`proposals`, for at most {MOST} strangers.")
    ] = None,
) -> Response:
    """List strangers, the one from whom something came last first; to those who see all customers."""
    if include is not None and place.limit > MOST:
        detail = f"With proposals a page has at most {MOST} strangers."
        error: FieldError = {"parameter": "limit", "code": "too_many", "detail": detail}
        raise Invalid(detail, errors=[error])
    pool = core(request).database.pool

    async def ask(**given: Any) -> list[Any]:  # noqa: ANN401 - a page's
        rows = await LISTED.all(pool, principal, state=state, **given)
        return rows if include is None else await asyncio.gather(*(_with_proposals(row) for row in rows))

    async def _with_proposals(row: Record) -> dict[str, Any]:
        return {"newest_id": row["newest_id"], "data": await _whole(request, principal, row)}

    return await listed(request, place, ("newest_id",), ask)


@router.get("/{stranger_id}", response_model=StrangerRead, responses=documents(NotFound), openapi_extra=LIVE)
@hot
async def get_stranger(request: Request, stranger_id: UUID, principal: CanRead) -> Response:
    """Show a stranger, with proposals who it may be and why."""
    row = await _seen(request, principal, stranger_id)
    return answer(await _whole(request, principal, row), version=row["version"])


@router.get("/{stranger_id}/history", response_model=HistoryPage, responses=documents(NotFound))
@hot
async def list_stranger_history(
    request: Request, stranger_id: UUID, principal: CanRead, place: Stepped
) -> Response:
    """List what was decided about a stranger, by whom, newest first."""
    await _seen(request, principal, stranger_id)
    return await actions.HISTORY.answer(request, principal, place, stranger_id)


@router.post(
    "/{stranger_id}/attach",
    response_model=StrangerRead,
    responses=documents(*CHANGING, UnknownCustomer, actions.AlreadyAttached),
)
@hot
async def attach_stranger(
    body: StrangerAttach, request: Request, stranger_id: UUID, seen: Seen, principal: CanWrite
) -> Response:
    """Say who a stranger is: all that came and will come under this identity is that customer's."""
    key = key_of(body.customer)
    people = await recognise(core(request).database.pool, customers(request), [key])
    return await once(request, principal, lambda tx: actions.attach(tx, stranger_id, seen, key, people))


@router.post(
    "/{stranger_id}/detach",
    response_model=StrangerRead,
    responses=documents(*CHANGING, actions.NotAttached),
)
@hot
async def detach_stranger(
    body: Nothing, request: Request, stranger_id: UUID, seen: Seen, principal: CanWrite
) -> Response:
    """Take back who a stranger is; it waits in the inbox again."""
    del body
    return await once(request, principal, lambda tx: actions.detach(tx, stranger_id, seen))


@router.post(
    "/{stranger_id}/dismiss", response_model=StrangerRead, responses=documents(*CHANGING, actions.NotOpen)
)
@hot
async def dismiss_stranger(
    body: StrangerDismiss, request: Request, stranger_id: UUID, seen: Seen, principal: CanWrite
) -> Response:
    """Take a stranger out of the list, until something new comes."""
    return await once(request, principal, lambda tx: actions.dismiss(tx, stranger_id, seen, body.reason))


@router.post(
    "/{stranger_id}/reopen", response_model=StrangerRead, responses=documents(*CHANGING, actions.NotOpen)
)
@hot
async def reopen_stranger(
    body: Nothing, request: Request, stranger_id: UUID, seen: Seen, principal: CanWrite
) -> Response:
    """Put a dismissed stranger back into the list."""
    del body
    return await once(request, principal, lambda tx: actions.reopen(tx, stranger_id, seen))


async def _seen(request: Request, principal: Principal, id_: UUID) -> Record:
    row = await ONE.one(core(request).database.pool, principal, id=id_)
    if row is None:
        raise NotFound
    return row


async def _whole(request: Request, principal: Principal, row: Record) -> dict[str, Any]:
    """Return a stranger with its proposals."""
    told: dict[str, Any] = orjson.loads(orjson.dumps(row["data"]))
    pool = core(request).database.pool
    return {**told, "proposals": await proposals(pool, customers(request), principal, row["id"])}
