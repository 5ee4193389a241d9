"""API clients and their keys over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from gateway.access import actions, queries
from gateway.access.actions import Place
from gateway.access.keys import Caller
from gateway.access.rights import SCOPE, Ended, TooMuch
from gateway.access.schemas import (
    ApiClientCreate,
    ApiClientCreated,
    ApiClientPage,
    ApiClientRead,
    ApiClientUpdate,
    ApiKeyCreated,
    ApiKeyRotated,
    KeyCreate,
    KeyRotate,
)
from shared.auth import Principal, allow
from shared.errors import Conflict, Invalid, NotFound, PreconditionFailed, PreconditionRequired, documents
from web.app import answer, core
from web.etag import IfMatch, demand
from web.hot import hot
from web.lists import Paged, listed
from web.once import Action, once

router = APIRouter(prefix="/v1/api-clients", tags=["api-clients"])


async def calling(request: Request) -> Caller:
    """Return the key that was shown at the door."""
    caller: Caller = request.scope["caller"]
    return caller


async def seen(request: Request, _: IfMatch = None) -> int:
    """Return the version that the caller has seen; 428 without If-Match."""
    return demand(request)


ADMIN = [allow(SCOPE)]
Admin = Annotated[Principal, allow(SCOPE)]
Calling = Annotated[Caller, Depends(calling)]
Seen = Annotated[int, Depends(seen)]
MAKING = documents(TooMuch, Invalid, Conflict)
CHANGING = documents(NotFound, TooMuch, Ended, PreconditionRequired, PreconditionFailed, Invalid)


@router.post("", status_code=201, response_model=ApiClientCreated, responses=MAKING)
@hot
async def create_api_client(
    request: Request, body: ApiClientCreate, principal: Admin, caller: Calling
) -> Response:
    """Let a client in, with no more rights than you hold.

    Its key is in this answer and stored nowhere. An Idempotency-Key keeps a second client from being made,
    but cannot bring back a key: the repeated answer names the client, with `key: null`. Then rotate its key.
    """
    return await _write(request, principal, lambda tx: actions.admit(tx, caller, body))


@router.get("", response_model=ApiClientPage, dependencies=ADMIN)
@hot
async def list_api_clients(request: Request, place: Paged) -> Response:
    """List clients with their keys, oldest first; those that have ended have `revoked_at`."""
    pool = core(request).database.pool
    return await listed(request, place, ("created_at", "id"), lambda **given: queries.PAGE.all(pool, **given))


@router.get("/{client_id}", response_model=ApiClientRead, dependencies=ADMIN, responses=documents(NotFound))
@hot
async def get_api_client(request: Request, client_id: UUID) -> Response:
    """Read a client and its keys."""
    row = await queries.fetch(core(request).database.pool, client_id)
    return answer(row["data"], version=row["version"], request=request)


@router.patch("/{client_id}", response_model=ApiClientRead, responses=CHANGING)
@hot
async def update_api_client(
    request: Request,
    client_id: UUID,
    body: ApiClientUpdate,
    *,
    principal: Admin,
    caller: Calling,
    version: Seen,
) -> Response:
    """Apply a JSON merge patch; what the client then holds must be within what you hold at this moment.

    Every gateway knows within five seconds.
    """
    place = Place(client_id, version)
    return await _write(request, principal, lambda tx: actions.update(tx, caller, place, body))


@router.delete("/{client_id}", status_code=204, responses=CHANGING)
@hot
async def revoke_api_client(
    request: Request, client_id: UUID, principal: Admin, caller: Calling, version: Seen
) -> Response:
    """End a client and all its keys for good, everywhere within five seconds; it stays in the list."""
    place = Place(client_id, version)
    return await _write(request, principal, lambda tx: actions.remove(tx, caller, place))


@router.post(
    "/{client_id}/keys",
    status_code=201,
    response_model=ApiKeyCreated,
    responses=documents(NotFound, TooMuch, Ended, Invalid),
)
@hot
async def create_api_key(
    request: Request, client_id: UUID, body: KeyCreate, principal: Admin, caller: Calling
) -> Response:
    """Add a key to a client that holds no more than you.

    The key is in this answer and stored nowhere: repeated by an Idempotency-Key, the answer has `key: null`.
    """
    return await _write(request, principal, lambda tx: actions.add_key(tx, caller, Place(client_id), body))


@router.post(
    "/{client_id}/keys/{key_id}/rotate",
    status_code=201,
    response_model=ApiKeyRotated,
    responses=documents(NotFound, TooMuch, Ended, Invalid),
)
@hot
async def rotate_api_key(
    request: Request,
    client_id: UUID,
    key_id: UUID,
    body: KeyRotate,
    *,
    principal: Admin,
    caller: Calling,
) -> Response:
    """Make a new key; the old one works on for `overlap_s`, never beyond its own expiry.

    The key is in this answer and stored nowhere: repeated by an Idempotency-Key, the answer has `key: null`.
    """
    place = Place(client_id)
    return await _write(request, principal, lambda tx: actions.rotate(tx, caller, place, key_id, body))


@router.delete("/{client_id}/keys/{key_id}", status_code=204, responses=documents(NotFound))
@hot
async def revoke_api_key(
    request: Request, client_id: UUID, key_id: UUID, principal: Admin, caller: Calling
) -> Response:
    """End a key; within five seconds no gateway takes it any more. A key has no versions: no If-Match."""
    return await _write(request, principal, lambda tx: actions.revoke(tx, caller, Place(client_id), key_id))


async def _write(request: Request, principal: Principal, act: Action) -> Response:
    """Answer after the commit; this gateway asks about every key again at once, others within seconds."""
    response = await once(request, principal, act)
    request.app.state.keys.forget()
    return response
