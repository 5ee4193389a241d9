"""Routes of orders."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.interaction.orders.kind import ORDERS
from services.interaction.orders.schemas import (
    OrderBatch,
    OrderCreate,
    OrderPage,
    OrderRead,
    OrderStatus,
)
from services.interaction.records import answers
from services.interaction.records.actions import UnknownCustomer
from services.interaction.records.lists import Listing
from services.interaction.records.parameters import Facts, Word
from services.interaction.records.schemas import BatchResults
from shared.auth import Principal, allow
from shared.errors import Invalid, NotFound, documents
from web.hot import hot

router = APIRouter(tags=["orders"])
CanRead = Annotated[Principal, allow("orders:read")]
CanWrite = Annotated[Principal, allow("orders:write")]
LISTING = Listing(ORDERS, "status", "region", "salesperson", "department")


@router.post(
    "/v1/orders",
    status_code=201,
    response_model=OrderRead,
    responses=answers.recorded(OrderRead, UnknownCustomer),
)
@hot
async def create_order(request: Request, body: OrderCreate, principal: CanWrite) -> Response:
    """Record a purchase with its lines."""
    return await answers.create(request, principal, ORDERS, body)


@router.post("/v1/orders/batch", response_model=BatchResults, responses=documents(Invalid))
@hot
async def batch_orders(request: Request, body: OrderBatch, principal: CanWrite) -> Response:
    """Record up to a thousand orders, each judged on its own."""
    return await answers.write_batch(request, principal, ORDERS, body, body.items)


@router.get("/v1/orders", response_model=OrderPage, responses=documents(Invalid))
@hot
async def list_orders(
    request: Request,
    principal: CanRead,
    span: Facts,
    *,
    status: OrderStatus | None = None,
    region: Word = None,
    salesperson: Word = None,
    department: Word = None,
) -> Response:
    """List orders, the last recorded first."""
    given = {"status": status, "region": region, "salesperson": salesperson, "department": department}
    return await LISTING.answer(request, principal, span, given)


@router.get("/v1/orders/{order_id}", response_model=OrderRead, responses=documents(NotFound))
@hot
async def get_order(request: Request, order_id: UUID, principal: CanRead) -> Response:
    """Show one order."""
    return await answers.get(request, principal, ORDERS, order_id)
