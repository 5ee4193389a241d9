"""Routes of payments."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.interaction.orders.queries import OrderOfAnother, UnknownOrder
from services.interaction.payments.kind import PAYMENTS
from services.interaction.payments.schemas import (
    PaymentBatch,
    PaymentCreate,
    PaymentPage,
    PaymentRead,
)
from services.interaction.records import answers
from services.interaction.records.actions import UnknownCustomer
from services.interaction.records.lists import Listing
from services.interaction.records.parameters import Facts, Word
from services.interaction.records.schemas import BatchResults
from shared.auth import Principal, allow
from shared.errors import Invalid, NotFound, documents
from web.hot import hot

router = APIRouter(tags=["payments"])
CanRead = Annotated[Principal, allow("orders:read")]
CanWrite = Annotated[Principal, allow("orders:write")]
LISTING = Listing(PAYMENTS, "order_id", "method")


@router.post(
    "/v1/payments",
    status_code=201,
    response_model=PaymentRead,
    responses=answers.recorded(PaymentRead, UnknownCustomer, UnknownOrder, OrderOfAnother),
)
@hot
async def create_payment(request: Request, body: PaymentCreate, principal: CanWrite) -> Response:
    """Record a payment or, with a negative amount, a refund."""
    return await answers.create(request, principal, PAYMENTS, body)


@router.post("/v1/payments/batch", response_model=BatchResults, responses=documents(Invalid))
@hot
async def batch_payments(request: Request, body: PaymentBatch, principal: CanWrite) -> Response:
    """Record up to a thousand payments, each judged on its own."""
    return await answers.write_batch(request, principal, PAYMENTS, body, body.items)


@router.get("/v1/payments", response_model=PaymentPage, responses=documents(Invalid))
@hot
async def list_payments(
    request: Request,
    principal: CanRead,
    span: Facts,
    *,
    order_id: UUID | None = None,
    method: Word = None,
) -> Response:
    """List payments, the last recorded first."""
    given = {"order_id": order_id, "method": method}
    return await LISTING.answer(request, principal, span, given)


@router.get("/v1/payments/{payment_id}", response_model=PaymentRead, responses=documents(NotFound))
@hot
async def get_payment(request: Request, payment_id: UUID, principal: CanRead) -> Response:
    """Show one payment."""
    return await answers.get(request, principal, PAYMENTS, payment_id)
