"""Relations over HTTP: those of a customer, each one by its id, and the graph that they make."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from keeping.routes import KeptRoutes
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
from shared.errors import Invalid, documents
from shared.schemas import Day
from web.app import answer, core
from web.hot import hot
from web.lists import Paged, listed
from web.once import once

router = APIRouter(prefix="/v1", tags=["relations"])
MAKING = (BadRelation, RelationExists, Circular)
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


one = KeptRoutes(
    router, "/relations/{relation_id}", RELATIONS, RelationRead, scope="customers", problems=MAKING
)
one.get("Read one relation.")
one.patch(RelationUpdate, by=actions.change)
one.delete("Forget a relation that never was; one that ended gets its last day instead.")
one.history()


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
