"""Targets over HTTP: how often customers are to be talked to."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from feed.history import HistoryPage, Stepped
from keeping.routes import KeptRoutes
from services.interaction.balance import targets
from services.interaction.balance.target_schemas import (
    ContactTargetCreate,
    ContactTargetPage,
    ContactTargetRead,
    ContactTargetUpdate,
)
from services.interaction.balance.targets import LISTED, TARGETS, NotOneOrMany, TargetExists
from services.interaction.identities.actions import recognise, settle
from services.interaction.identities.people import Known, key_of
from services.interaction.records.actions import UnknownCustomer
from services.interaction.records.answers import customers
from services.interaction.records.parameters import Word
from shared.auth import Principal, Visibility, allow
from shared.database import Transaction
from shared.errors import NotFound, documents
from web.app import core
from web.hot import hot
from web.lists import Paged, listed
from web.once import Answer, once

router = APIRouter(prefix=targets.PATH, tags=["contact-targets"])
CanRead = Annotated[Principal, allow("interactions:read")]
CanWrite = Annotated[Principal, allow("interactions:write")]


@router.post(
    "",
    status_code=201,
    response_model=ContactTargetRead,
    responses=documents(UnknownCustomer, TargetExists, NotOneOrMany),
)
@hot
async def create_contact_target(body: ContactTargetCreate, request: Request, principal: CanWrite) -> Response:
    """Say how often a customer, or customers of a class or department, are to be talked to."""
    given = body.model_dump(exclude={"customer"})
    if body.customer is None:
        return await once(request, principal, lambda tx: targets.create(tx, given, None))
    key, closely = key_of(body.customer), principal.visibility is not Visibility.ALL
    people = await recognise(core(request).database.pool, customers(request), [key], closely=closely)

    async def act(tx: Transaction) -> Answer:
        who = (await settle(tx, people)).get(key)
        return await targets.create(tx, given, _checked(who, principal))

    return await once(request, principal, act)


@router.get("", response_model=ContactTargetPage)
@hot
async def list_contact_targets(
    request: Request,
    principal: CanRead,
    place: Paged,
    *,
    customer_class: Word = None,
    department: Word = None,
) -> Response:
    """List targets, the oldest first."""
    pool, given = core(request).database.pool, {"customer_class": customer_class, "department": department}

    async def ask(**at: Any) -> list[Any]:  # noqa: ANN401 - a page's
        return await LISTED.all(pool, principal, **given, **at)

    return await listed(request, place, ("id",), ask)


one = KeptRoutes(router, "/{contact_target_id}", TARGETS, ContactTargetRead, scope="interactions")
one.get("Show a target.")
one.patch(ContactTargetUpdate, by=targets.change)
one.delete("Delete a target; a more general one holds from now on, if there is one.", by=targets.remove)


@router.get("/{contact_target_id}/history", response_model=HistoryPage, responses=documents(NotFound))
@hot
async def list_contact_target_history(
    request: Request, contact_target_id: UUID, principal: CanRead, place: Stepped
) -> Response:
    """List who changed what, newest first."""
    return await TARGETS.past(request, principal, place, contact_target_id)


def _checked(who: Known | None, principal: Principal) -> Known:
    if who is None or who.deleted or not who.matched or not who.seen_by(principal):
        raise UnknownCustomer
    return who
