"""Walks along relations over HTTP."""

from datetime import date
from typing import Annotated, Any

from asyncpg import Record
from fastapi import APIRouter, Query, Request, Response

from services.customer.customers.problems import CustomerNotFound
from services.customer.customers.queries import fetch
from services.customer.customers.routes import CanRead, Referred
from services.customer.graph.pictures import graph, hierarchy
from services.customer.graph.schemas import CustomerGraph, CustomerHierarchy
from services.customer.relations.catalogue import HIERARCHY
from services.customer.relations.edges import EDGES, NODES
from services.customer.relations.schemas import TypeCode
from services.customer.relations.walking import Bounds, Walk, walk
from shared.auth import Principal
from shared.errors import Invalid, documents
from shared.schemas import Day
from web.app import answer, core
from web.hot import hot

router = APIRouter(prefix="/v1/customers/{customer}", tags=["relations"])
DEEPEST, NODES_SHOWN, EDGES_SHOWN = 6, 500, 2_000
WHOLE = Bounds(depth=100, nodes=10_000, edges=20_000)  # of a hierarchy
At = Annotated[Day | None, Query(description="The day on which it is seen; today if none is named.")]


@router.get("/graph", response_model=CustomerGraph, responses=documents(CustomerNotFound, Invalid))
@hot
async def get_customer_graph(
    request: Request,
    customer: Referred,
    principal: CanRead,
    *,
    depth: Annotated[int, Query(ge=1, le=DEEPEST)] = 2,
    types: Annotated[list[TypeCode] | None, Query(max_length=20, description="Only along these.")] = None,
    at: At = None,
) -> Response:
    """Show whom a customer is tied to, in so many steps; nobody is reached through who is not seen."""
    walker = _Walker(request, principal, at)
    start = await walker.start(customer)
    bounds = Bounds(depth, NODES_SHOWN, EDGES_SHOWN)
    return answer(graph(await walker.walk(start, "around", types, bounds)))


@router.get("/hierarchy", response_model=CustomerHierarchy, responses=documents(CustomerNotFound, Invalid))
@hot
async def get_customer_hierarchy(
    request: Request, customer: Referred, principal: CanRead, at: At = None
) -> Response:
    """Show the organizations above a customer and all below it, counted by level."""
    walker = _Walker(request, principal, at)
    start = await walker.start(customer)
    above, below = [await walker.walk(start, way, [HIERARCHY], WHOLE) for way in ("above", "below")]
    return answer(hierarchy(above, below))


class _Walker:
    """Walks for a principal, on one day."""

    def __init__(self, request: Request, principal: Principal, at: date | None) -> None:
        held = core(request)
        self.pool, self.principal = held.database.pool, principal
        self.day = at or held.clock().date()

    async def start(self, customer: Referred) -> Record:
        """Return the customer from whom the walk begins; CustomerNotFound if none is seen."""
        whose = await fetch(self.pool, self.principal, customer)
        row = await NODES.one(self.pool, self.principal, ids=[whose["id"]])
        if row is None:  # deleted between the two looks
            raise CustomerNotFound
        return row

    async def walk(self, start: Record, way: str, types: list[str] | None, bounds: Bounds) -> Walk:
        """Walk "above", "below" or "around"."""
        chosen: dict[str, Any] = {"types": types, "first": self.day, "last": self.day}
        return await walk(
            start,
            lambda ids, limit: EDGES.all(self.pool, self.principal, limit=limit, **{way: ids}, **chosen),
            lambda ids: NODES.all(self.pool, self.principal, ids=ids),
            bounds,
        )
