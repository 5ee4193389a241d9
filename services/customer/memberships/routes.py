"""Memberships over HTTP: those of a group, those of a customer, and each one by its id."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from keeping.routes import KeptRoutes
from services.customer.customers.problems import CustomerNotFound
from services.customer.customers.queries import fetch, originals
from services.customer.customers.routes import CanRead, CanWrite, Referred
from services.customer.groups.joining import Joining
from services.customer.groups.problems import AlreadyIn, GroupNotFound
from services.customer.groups.queries import GROUPS
from services.customer.groups.schemas import JoinedResult
from services.customer.memberships import actions
from services.customer.memberships.days import BadMembership
from services.customer.memberships.queries import MEMBERSHIPS, OF_CUSTOMER, OF_GROUP
from services.customer.memberships.schemas import (
    CustomerGroupPage,
    GroupMemberPage,
    MembershipBatch,
    MembershipCreate,
    MembershipRead,
    MembershipStatus,
    MembershipUpdate,
)
from shared.database import Transaction
from shared.errors import Invalid, documents
from web.app import core
from web.hot import hot
from web.lists import Paged, listed
from web.once import Answer, once

router = APIRouter(prefix="/v1", tags=["groups"])
JOINING = Joining(MEMBERSHIPS, "group_id", MembershipCreate)
Days = Annotated[int, Query(ge=1, le=3_650, description="How many days back activity is counted.")]


@router.post(
    "/groups/{group_id}/members",
    status_code=201,
    response_model=MembershipRead,
    responses=documents(GroupNotFound, CustomerNotFound, AlreadyIn, BadMembership),
)
@hot
async def create_membership(
    body: MembershipCreate, request: Request, group_id: UUID, principal: CanWrite
) -> Response:
    """Let a customer into a group."""
    given = body.model_dump()
    return await once(request, principal, lambda tx: actions.create(tx, group_id, given))


@router.post(
    "/groups/{group_id}/members/batch",
    response_model=JoinedResult,
    responses=documents(GroupNotFound, Invalid),
)
@hot
async def add_group_members(
    body: MembershipBatch, request: Request, group_id: UUID, principal: CanWrite
) -> Response:
    """Let up to a thousand customers into a group; who is a member already stays as it is."""

    async def act(tx: Transaction) -> Answer:
        group = await GROUPS.fetch(tx.connection, principal, group_id)
        return await JOINING.join(tx, group["id"], body.items)

    return await once(request, principal, act)


@router.get(
    "/groups/{group_id}/members",
    response_model=GroupMemberPage,
    responses=documents(GroupNotFound, Invalid),
)
@hot
async def list_group_members(
    request: Request,
    group_id: UUID,
    principal: CanRead,
    place: Paged,
    *,
    status: MembershipStatus | None = None,
    days: Days = 365,
) -> Response:
    """List the members of a group, with how active each is in it."""
    pool = core(request).database.pool
    group = await GROUPS.fetch(pool, principal, group_id)
    chosen = {"group_id": group["id"], "status": status, **_period(request, days)}
    return await listed(
        request, place, ("id",), lambda **given: OF_GROUP.all(pool, principal, **given, **chosen)
    )


@router.get(
    "/customers/{customer}/groups",
    response_model=CustomerGroupPage,
    responses=documents(CustomerNotFound, Invalid),
)
@hot
async def list_customer_groups(
    request: Request,
    customer: Referred,
    principal: CanRead,
    place: Paged,
    *,
    status: MembershipStatus | None = None,
    days: Days = 365,
) -> Response:
    """List the groups of a customer, with how active it is in each."""
    pool = core(request).database.pool
    whose = await fetch(pool, principal, customer)
    chosen = {"customer_ids": originals(whose), "status": status, **_period(request, days)}
    return await listed(
        request, place, ("id",), lambda **given: OF_CUSTOMER.all(pool, principal, **given, **chosen)
    )


one = KeptRoutes(
    router,
    "/memberships/{membership_id}",
    MEMBERSHIPS,
    MembershipRead,
    scope="customers",
    problems=[BadMembership],
)
one.get("Read one membership.")
one.patch(MembershipUpdate)
one.delete("Forget a membership that never was; one that ended gets a last day and a status instead.")
one.history()


def _period(request: Request, days: int) -> dict[str, Any]:
    today = core(request).clock().date()
    return {"today": today, "since": today - timedelta(days=days)}
