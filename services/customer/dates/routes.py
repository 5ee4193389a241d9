"""Important dates over HTTP: those of a customer, and each one by its id."""

from fastapi import APIRouter, Request, Response

from keeping.routes import KeptRoutes
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
from shared.errors import documents
from web.app import core
from web.hot import hot
from web.lists import Paged, listed
from web.once import Answer, once

router = APIRouter(tags=["important-dates"])


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


one = KeptRoutes(
    router, "/v1/important-dates/{date_id}", DATES, ImportantDateRead, scope="customers", problems=[NoSuchDay]
)
one.get("Read one important date.")
one.patch(ImportantDateUpdate)
one.delete("Forget an important date.")
one.history()
