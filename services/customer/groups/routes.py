"""Groups over HTTP."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from feed.history import HistoryPage, Stepped
from services.customer.customers.problems import OutOfSight
from services.customer.customers.routes import CanRead, CanWrite
from services.customer.groups import actions
from services.customer.groups.problems import GroupNotFound
from services.customer.groups.queries import GROUPS, LISTED
from services.customer.groups.schemas import GroupCreate, GroupKind, GroupPage, GroupRead, GroupUpdate
from shared.errors import Invalid, PreconditionFailed, PreconditionRequired, documents
from shared.schemas import Text
from web.app import core
from web.etag import Seen
from web.hot import hot
from web.lists import Paged, listed
from web.once import once

router = APIRouter(prefix="/v1/groups", tags=["groups"])
CHANGING = documents(GroupNotFound, OutOfSight, Invalid, PreconditionRequired, PreconditionFailed)


@router.post("", status_code=201, response_model=GroupRead, responses=documents(OutOfSight, Invalid))
@hot
async def create_group(body: GroupCreate, request: Request, principal: CanWrite) -> Response:
    """Found a group."""
    given = {**body.model_dump(exclude_unset=True), "kind": body.kind}
    return await once(request, principal, lambda tx: actions.create(tx, given))


@router.get("", response_model=GroupPage, responses=documents(Invalid))
@hot
async def list_groups(
    request: Request,
    principal: CanRead,
    place: Paged,
    *,
    kind: GroupKind | None = None,
    owner: Text | None = None,
    department: Text | None = None,
) -> Response:
    """List groups, in the order in which they were made."""
    pool, chosen = core(request).database.pool, {"kind": kind, "owner": owner, "department": department}
    return await listed(
        request, place, ("id",), lambda **given: LISTED.all(pool, principal, **given, **chosen)
    )


@router.get("/{group_id}", response_model=GroupRead, responses=documents(GroupNotFound))
@hot
async def get_group(request: Request, group_id: UUID, principal: CanRead) -> Response:
    """Read one group."""
    return await GROUPS.read(request, principal, group_id)


@router.patch("/{group_id}", response_model=GroupRead, responses=CHANGING)
@hot
async def update_group(
    body: GroupUpdate, request: Request, group_id: UUID, seen: Seen, principal: CanWrite
) -> Response:
    """Apply a JSON merge patch."""
    patch = body.model_dump(exclude_unset=True)
    return await once(request, principal, lambda tx: actions.change(tx, group_id, patch, seen))


@router.delete("/{group_id}", status_code=204, responses=CHANGING)
@hot
async def delete_group(request: Request, group_id: UUID, seen: Seen, principal: CanWrite) -> Response:
    """Dissolve a group, with its memberships and events."""
    return await once(request, principal, lambda tx: GROUPS.remove(tx, group_id, seen))


@router.get("/{group_id}/history", response_model=HistoryPage, responses=documents(GroupNotFound))
@hot
async def get_group_history(request: Request, group_id: UUID, principal: CanRead, place: Stepped) -> Response:
    """List who changed what, newest first."""
    return await GROUPS.past(request, principal, place, group_id)
