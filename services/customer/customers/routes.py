"""Customers over HTTP: create, batch, read, patch and delete them, and read their history."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import PlainValidator, WithJsonSchema

from feed.history import HistoryPage, Stepped
from services.customer.attributes.known import known
from services.customer.attributes.rules import Rules, WrongAttribute
from services.customer.customers import actions, batches, queries
from services.customer.customers.checking import LikelyDuplicate, check_of
from services.customer.customers.contacts import normalized
from services.customer.customers.likeness import OnDuplicate
from services.customer.customers.past import as_of
from services.customer.customers.problems import CustomerNotFound, IdentityTaken, OutOfSight
from services.customer.customers.references import LONGEST, Reference
from services.customer.customers.schemas import (
    CustomerBatch,
    CustomerBatchResult,
    CustomerCreate,
    CustomerCreated,
    CustomerRead,
    CustomerUpdate,
    patch_of,
)
from shared.auth import Principal, allow
from shared.errors import Invalid, PreconditionFailed, PreconditionRequired, documents
from shared.schemas import Instant
from web.app import answer, core
from web.etag import Seen
from web.hot import hot
from web.once import once

router = APIRouter(prefix="/v1/customers", tags=["customers"])
CanRead = Annotated[Principal, allow("customers:read")]
CanWrite = Annotated[Principal, allow("customers:write")]


Referred = Annotated[
    Reference,
    PlainValidator(Reference.read),
    WithJsonSchema(
        {"type": "string", "maxLength": LONGEST, "description": "An id, or `<system>:<external id>`."}
    ),
]
Duplicates = Annotated[
    OnDuplicate | None,
    Query(description="What becomes of who is probably there already; by default as set."),
]
CHANGING = documents(
    CustomerNotFound, PreconditionRequired, PreconditionFailed, IdentityTaken, OutOfSight, Invalid
)


async def rules_of(request: Request) -> Rules:
    """Return the rules of attributes as they are now."""
    held = core(request)
    country = held.settings.country
    return Rules(await known(held.database), lambda kind, value: normalized(kind, value, country))


@router.post(
    "",
    status_code=201,
    response_model=CustomerCreated | CustomerRead,
    responses=documents(IdentityTaken, LikelyDuplicate, OutOfSight, Invalid, WrongAttribute),
)
@hot
async def create_customer(
    body: CustomerCreate, request: Request, principal: CanWrite, on_duplicate: Duplicates = None
) -> Response:
    """Create a customer; 409 names the one that already has an identity, or is probably the same."""
    patch, rules = patch_of(body, core(request).settings.country), await rules_of(request)
    check = await check_of(request, on_duplicate)
    return await once(request, principal, lambda tx: actions.create(tx, patch, rules, check))


@router.post("/batch", response_model=CustomerBatchResult, responses=documents(Invalid))
@hot
async def write_customers(
    body: CustomerBatch, request: Request, principal: CanWrite, on_duplicate: Duplicates = None
) -> Response:
    """Create and update up to a thousand customers; every row has a result of its own."""
    rows = await batches.read_all(body.items, core(request).settings.country)
    rules, check = await rules_of(request), await check_of(request, on_duplicate)
    return await once(
        request,
        principal,
        lambda tx: actions.write_many(tx, rows, rules, body.mode, dry_run=body.dry_run, check=check),
    )


@router.get("/{customer}", response_model=CustomerRead, responses=documents(CustomerNotFound))
@hot
async def get_customer(request: Request, customer: Referred, principal: CanRead) -> Response:
    """Read one customer."""
    row = await queries.fetch(core(request).database.pool, principal, customer)
    return answer(row["data"], version=row["version"], request=request)


@router.patch("/{customer}", response_model=CustomerRead, responses=CHANGING)
@hot
async def update_customer(
    body: CustomerUpdate, request: Request, customer: Referred, condition: Seen, principal: CanWrite
) -> Response:
    """Apply a JSON merge patch."""
    patch, rules = patch_of(body, core(request).settings.country), await rules_of(request)
    return await once(request, principal, lambda tx: actions.update(tx, customer, patch, rules, condition))


@router.delete("/{customer}", status_code=204, responses=CHANGING)
@hot
async def delete_customer(
    request: Request, customer: Referred, condition: Seen, principal: CanWrite
) -> Response:
    """Delete a customer; its identities may be used again, its id never is."""
    return await once(request, principal, lambda tx: actions.remove(tx, customer, condition))


@router.get("/{customer}/history", response_model=HistoryPage, responses=documents(CustomerNotFound, Invalid))
@hot
async def get_customer_history(
    request: Request, customer: Referred, principal: CanRead, place: Stepped
) -> Response:
    """List who changed which fields from what to what, newest first."""
    row = await queries.fetch(core(request).database.pool, principal, customer)
    return await queries.HISTORY.answer(request, principal, place, *queries.originals(row))


@router.get("/{customer}/as-of", response_model=CustomerRead, responses=documents(CustomerNotFound))
@hot
async def get_customer_as_of(
    request: Request,
    customer: Referred,
    principal: CanRead,
    at: Annotated[Instant | None, Query(description="Now, if absent.")] = None,
) -> Response:
    """Read a customer as it was at a time; 404 before it was there."""
    held = core(request)
    then = await as_of(held.database.pool, principal, customer, at or held.clock())
    return answer(then, version=then["version"], request=request)
