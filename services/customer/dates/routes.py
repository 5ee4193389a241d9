"""Important dates over HTTP: those of a customer, and each one by its id."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from feed.history import HistoryPage, Stepped
from services.customer.customers.problems import CustomerNotFound
from services.customer.customers.queries import fetch, originals
from services.customer.customers.routes import CanRead, CanWrite, Referred
from services.customer.dates.days import NoSuchDay
from services.customer.dates.queries import DATES, OF_CUSTOMER
from services.customer.dates.schemas import (
    ImportantDateCreate,
    ImportantDatePage,
    ImportantDateRead,
    ImportantDateUpdate,
)
from shared.database import Transaction
from shared.errors import NotFound, PreconditionFailed, PreconditionRequired, documents
from web.app import core
from web.etag import Seen
from web.hot import hot
from web.lists import Paged, listed
from web.once import Answer, once

router = APIRouter(tags=["important-dates"])
CHANGING = documents(NotFound, NoSuchDay, PreconditionRequired, PreconditionFailed)


@router.post(
    "/v1/customers/{customer}/important-dates",
    status_code=201,
    response_model=ImportantDateRead,
    responses=documents(CustomerNotFound, NoSuchDay),
)
@hot
async def create_important_date(
    body: ImportantDateCreate, request: Request, customer: Referred, principal: CanWrite
) -> Response:
    """Remember a day of a customer."""

    async def act(tx: Transaction) -> Answer:
        whose = await fetch(tx.connection, principal, customer)
        given = {**body.model_dump(), "customer_id": whose["id"]}
        return await DATES.create(tx, given, "/v1/important-dates")

    return await once(request, principal, act)


@router.get(
    "/v1/customers/{customer}/important-dates",
    response_model=ImportantDatePage,
    responses=documents(CustomerNotFound),
)
@hot
async def list_important_dates(
    request: Request, customer: Referred, principal: CanRead, place: Paged
) -> Response:
    """List the important dates of a customer."""
    pool = core(request).database.pool
    whose = await fetch(pool, principal, customer)
    return await listed(
        request,
        place,
        ("id",),
        lambda **given: OF_CUSTOMER.all(pool, principal, customer_ids=originals(whose), **given),
    )


@router.get("/v1/important-dates/{date_id}", response_model=ImportantDateRead, responses=documents(NotFound))
@hot
async def get_important_date(request: Request, date_id: UUID, principal: CanRead) -> Response:
    """Read one important date."""
    return await DATES.read(request, principal, date_id)


@router.patch("/v1/important-dates/{date_id}", response_model=ImportantDateRead, responses=CHANGING)
@hot
async def update_important_date(
    body: ImportantDateUpdate, request: Request, date_id: UUID, seen: Seen, principal: CanWrite
) -> Response:
    """Apply a JSON merge patch."""
    patch = body.model_dump(exclude_unset=True)
    return await once(request, principal, lambda tx: DATES.change(tx, date_id, patch, seen))


@router.delete("/v1/important-dates/{date_id}", status_code=204, responses=CHANGING)
@hot
async def delete_important_date(request: Request, date_id: UUID, seen: Seen, principal: CanWrite) -> Response:
    """Forget an important date."""
    return await once(request, principal, lambda tx: DATES.remove(tx, date_id, seen))


@router.get(
    "/v1/important-dates/{date_id}/history", response_model=HistoryPage, responses=documents(NotFound)
)
@hot
async def get_important_date_history(
    request: Request, date_id: UUID, principal: CanRead, place: Stepped
) -> Response:
    """List who changed what, newest first."""
    return await DATES.past(request, principal, place, date_id)
