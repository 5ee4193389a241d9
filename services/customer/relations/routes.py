"""Relations over HTTP: those of a customer, each one by its id, and the graph that they make."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from feed.history import HistoryPage, Stepped
from services.customer.customers.problems import CustomerNotFound
from services.customer.customers.queries import fetch, originals
from services.customer.customers.routes import CanRead, CanWrite, Referred
from services.customer.relations import actions
from services.customer.relations.catalogue import CUSTOM, ROLES, TYPES, BuyingRole
from services.customer.relations.problems import BadRelation, Circular, RelationExists
from services.customer.relations.queries import OF_CUSTOMER, RELATIONS
from services.customer.relations.schemas import (
    CustomerRelationPage,
    RelationCatalogue,
    RelationCreate,
    RelationDirection,
    RelationRead,
    RelationUpdate,
    TypeCode,
)
from shared.errors import Invalid, NotFound, PreconditionFailed, PreconditionRequired, documents
from shared.schemas import Day
from web.app import answer, core
from web.etag import Seen
from web.hot import hot
from web.lists import Paged, listed
from web.once import once

router = APIRouter(prefix="/v1", tags=["relations"])
MAKING = (BadRelation, RelationExists, Circular)
CHANGING = documents(NotFound, *MAKING, PreconditionRequired, PreconditionFailed)
CATALOGUE: dict[str, Any] = {
    "items": [
        {
            "code": code,
            "labels": each.forward.as_json(),
            "inverse_labels": each.backward.as_json(),
            "from_kind": each.ends[0],
            "to_kind": each.ends[1],
            "symmetric": each.symmetric,
            "details": sorted(each.details),
        }
        for code, each in TYPES.items()
    ],
    "custom": f"^{CUSTOM}$",
    "roles": [{"code": code, "labels": labels.as_json()} for code, labels in ROLES.items()],
}
At = Annotated[Day | None, Query(description="Only what holds on this day.")]


@router.get("/relation-types", response_model=RelationCatalogue)
@hot
async def list_relation_types(request: Request, _: CanRead) -> Response:
    """Show the types of relations and the roles in buying, in three scripts."""
    return answer(CATALOGUE, request=request)


@router.post("/relations", status_code=201, response_model=RelationRead, responses=documents(*MAKING))
@hot
async def create_relation(body: RelationCreate, request: Request, principal: CanWrite) -> Response:
    """Tie two customers to each other."""
    given = body.model_dump(exclude_unset=True)
    return await once(request, principal, lambda tx: actions.create(tx, given))


@router.get("/relations/{relation_id}", response_model=RelationRead, responses=documents(NotFound))
@hot
async def get_relation(request: Request, relation_id: UUID, principal: CanRead) -> Response:
    """Read one relation."""
    return await RELATIONS.read(request, principal, relation_id)


@router.patch("/relations/{relation_id}", response_model=RelationRead, responses=CHANGING)
@hot
async def update_relation(
    body: RelationUpdate, request: Request, relation_id: UUID, seen: Seen, principal: CanWrite
) -> Response:
    """Apply a JSON merge patch."""
    patch = body.model_dump(exclude_unset=True)
    return await once(request, principal, lambda tx: actions.change(tx, relation_id, patch, seen))


@router.delete("/relations/{relation_id}", status_code=204, responses=CHANGING)
@hot
async def delete_relation(request: Request, relation_id: UUID, seen: Seen, principal: CanWrite) -> Response:
    """Forget a relation that never was; one that ended gets its last day instead."""
    return await once(request, principal, lambda tx: RELATIONS.remove(tx, relation_id, seen))


@router.get("/relations/{relation_id}/history", response_model=HistoryPage, responses=documents(NotFound))
@hot
async def get_relation_history(
    request: Request, relation_id: UUID, principal: CanRead, place: Stepped
) -> Response:
    """List who changed what, newest first."""
    return await RELATIONS.past(request, principal, place, relation_id)


@router.get(
    "/customers/{customer}/relations",
    response_model=CustomerRelationPage,
    responses=documents(CustomerNotFound, Invalid),
)
@hot
async def list_customer_relations(
    request: Request,
    customer: Referred,
    principal: CanRead,
    place: Paged,
    *,
    type: Annotated[TypeCode | None, Query()] = None,  # noqa: A002 - what it is called everywhere
    direction: RelationDirection | None = None,
    role: BuyingRole | None = None,
    at: At = None,
) -> Response:
    """List the relations of a customer, from its end, with who is at the other."""
    pool = core(request).database.pool
    whose = await fetch(pool, principal, customer)
    chosen = {"customer_ids": originals(whose), "type": type, "role": role, "first": at, "last": at}

    async def ask(limit: int, last_id: UUID | None) -> list[Any]:
        """Merge both directions, each of which its own index gives."""
        sides = [OF_CUSTOMER[direction]] if direction else OF_CUSTOMER.values()
        rows = [
            row
            for side in sides
            for row in await side.all(pool, principal, limit=limit, last_id=last_id, **chosen)
        ]
        return sorted(rows, key=lambda row: row["id"])[:limit]

    return await listed(request, place, ("id",), ask)
