"""Groups over HTTP."""

from fastapi import APIRouter, Request, Response

from keeping.routes import KeptRoutes
from services.customer.customers.problems import OutOfSight
from services.customer.customers.routes import CanRead, CanWrite
from services.customer.groups import actions
from services.customer.groups.queries import GROUPS, LISTED
from services.customer.groups.schemas import GroupCreate, GroupKind, GroupPage, GroupRead, GroupUpdate
from shared.errors import Invalid, documents
from shared.schemas import Text
from web.app import core
from web.hot import hot
from web.lists import Paged, listed
from web.once import once

router = APIRouter(prefix="/v1/groups", tags=["groups"])


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


one = KeptRoutes(router, "/{group_id}", GROUPS, GroupRead, scope="customers", problems=[OutOfSight, Invalid])
one.get("Read one group.")
one.patch(GroupUpdate, by=actions.change)
one.delete("Dissolve a group, with its memberships and events.")
one.history()
