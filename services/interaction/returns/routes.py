"""Routes of returns."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.interaction.orders.queries import OrderOfAnother, UnknownOrder
from services.interaction.records import answers
from services.interaction.records.actions import UnknownCustomer
from services.interaction.records.lists import Listing
from services.interaction.records.parameters import Facts, Word
from services.interaction.records.schemas import BatchResults
from services.interaction.returns.kind import RETURNS
from services.interaction.returns.schemas import (
    ReturnBatch,
    ReturnCreate,
    ReturnPage,
    ReturnRead,
)
from shared.auth import Principal, allow
from shared.errors import Invalid, NotFound, documents
from web.hot import hot

router = APIRouter(tags=["returns"])
CanRead = Annotated[Principal, allow("orders:read")]
CanWrite = Annotated[Principal, allow("orders:write")]
LISTING = Listing(RETURNS, "order_id", "reason")


@router.post(
    "/v1/returns",
    status_code=201,
    response_model=ReturnRead,
    responses=answers.recorded(ReturnRead, UnknownCustomer, UnknownOrder, OrderOfAnother),
)
@hot
async def create_return(request: Request, body: ReturnCreate, principal: CanWrite) -> Response:
    """Record goods that came back."""
    return await answers.create(request, principal, RETURNS, body)


@router.post("/v1/returns/batch", response_model=BatchResults, responses=documents(Invalid))
@hot
async def batch_returns(request: Request, body: ReturnBatch, principal: CanWrite) -> Response:
    """Record up to a thousand returns, each judged on its own."""
    return await answers.write_batch(request, principal, RETURNS, body, body.items)


@router.get("/v1/returns", response_model=ReturnPage, responses=documents(Invalid))
@hot
async def list_returns(
    request: Request,
    principal: CanRead,
    span: Facts,
    *,
    order_id: UUID | None = None,
    reason: Word = None,
) -> Response:
    """List returns, the last recorded first."""
    given = {"order_id": order_id, "reason": reason}
    return await LISTING.answer(request, principal, span, given)


@router.get("/v1/returns/{return_id}", response_model=ReturnRead, responses=documents(NotFound))
@hot
async def get_return(request: Request, return_id: UUID, principal: CanRead) -> Response:
    """Show one return."""
    return await answers.get(request, principal, RETURNS, return_id)
