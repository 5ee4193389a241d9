"""API clients over HTTP."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from gateway.access import actions, queries
from gateway.access.schemas import (
    ApiClientCreate,
    ApiClientCreated,
    ApiClientPage,
    ApiClientRead,
    ApiKeyCreated,
    KeyCreate,
)
from shared.auth import Principal, allow
from shared.errors import NotFound, documents
from shared.pagination import page, scope_of
from web.app import answer, core
from web.hot import hot

router = APIRouter(prefix="/v1/api-clients", tags=["api-clients"])
SCOPE = "access:admin"
ADMIN = [allow(SCOPE)]
Admin = Annotated[Principal, allow(SCOPE)]
_FIRST = (datetime(1, 1, 1, tzinfo=UTC), UUID(int=0))


@router.post("", status_code=201, response_model=ApiClientCreated, responses=documents(actions.TooMuch))
@hot
async def create_api_client(request: Request, body: ApiClientCreate, principal: Admin) -> Response:
    """Let a client in. Its key is in the answer and nowhere else; so the answer cannot be replayed."""
    held = core(request)
    async with held.database.begin(principal, at=held.clock()) as tx:
        made = await actions.admit(tx, body)
    return answer(made, status=201, headers={"location": f"/v1/api-clients/{made['id']}"})


@router.get("", response_model=ApiClientPage, dependencies=ADMIN)
@hot
async def list_api_clients(
    request: Request,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
) -> Response:
    """List clients with their keys, oldest first."""
    held, scope = core(request), scope_of(request)
    at, after = held.cursors.decode(cursor, scope) if cursor else _FIRST
    rows = await queries.PAGE.all(held.database.pool, at=at, id=after, limit=limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    following = held.cursors.encode([rows[-1]["created_at"], rows[-1]["id"]], scope) if more else None
    return page([row["data"] for row in rows], following, request)


@router.get("/{client_id}", response_model=ApiClientRead, dependencies=ADMIN, responses=documents(NotFound))
@hot
async def get_api_client(request: Request, client_id: UUID) -> Response:
    """Read a client and its keys."""
    return answer(await queries.fetch(core(request).database.pool, client_id))


@router.post(
    "/{client_id}/keys", status_code=201, response_model=ApiKeyCreated, responses=documents(NotFound)
)
@hot
async def create_api_key(request: Request, client_id: UUID, body: KeyCreate, principal: Admin) -> Response:
    """Add a key, to replace another without a gap."""
    held = core(request)
    async with held.database.begin(principal, at=held.clock()) as tx:
        made = await actions.add_key(tx, client_id, body.expires_at)
    return answer(made, status=201)


@router.delete("/{client_id}/keys/{key_id}", status_code=204, responses=documents(NotFound))
@hot
async def revoke_api_key(request: Request, client_id: UUID, key_id: UUID, principal: Admin) -> Response:
    """End a key; within five seconds no gateway takes it any more. A key has no versions: no If-Match."""
    held = core(request)
    async with held.database.begin(principal, at=held.clock()) as tx:
        await actions.revoke(tx, client_id, key_id)
    request.app.state.keys.forget()
    return Response(status_code=204)
