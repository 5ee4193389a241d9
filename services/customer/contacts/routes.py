"""Contact points and addresses over HTTP: add, edit and remove one; the version is the customer's."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.customer.addresses.schemas import AddressCreate, AddressRead
from services.customer.contacts import actions
from services.customer.contacts.actions import Place
from services.customer.contacts.problems import MemberNotFound
from services.customer.contacts.schemas import AddressUpdate, ContactPointUpdate
from services.customer.customers.problems import CustomerNotFound
from services.customer.customers.references import Reference
from services.customer.customers.routes import CHANGING, CanWrite, Referred
from services.customer.customers.schemas import (
    ContactPointCreate,
    ContactPointRead,
)
from shared.errors import Invalid, documents
from shared.schemas import Body
from web.app import core
from web.etag import Seen
from web.hot import hot
from web.once import once

router = APIRouter(prefix="/v1/customers/{customer}", tags=["customers"])
ADDING = documents(CustomerNotFound, Invalid)
EDITING = {**CHANGING, **documents(CustomerNotFound, MemberNotFound)}


@router.post("/contact-points", status_code=201, response_model=ContactPointRead, responses=ADDING)
@hot
async def add_contact_point(
    body: ContactPointCreate, request: Request, customer: Referred, principal: CanWrite
) -> Response:
    """Add a contact point."""
    place = _place(request, customer, "contact_points")
    return await once(request, principal, lambda tx: actions.add(tx, place, _given(body)))


@router.patch("/contact-points/{contact_point_id}", response_model=ContactPointRead, responses=EDITING)
@hot
async def update_contact_point(
    contact_point_id: UUID,
    body: ContactPointUpdate,
    request: Request,
    *,
    customer: Referred,
    condition: Seen,
    principal: CanWrite,
) -> Response:
    """Apply a JSON merge patch to a contact point."""
    place, id_ = _place(request, customer, "contact_points"), contact_point_id
    return await once(request, principal, lambda tx: actions.edit(tx, place, id_, _given(body), condition))


@router.delete("/contact-points/{contact_point_id}", status_code=204, responses=EDITING)
@hot
async def remove_contact_point(
    contact_point_id: UUID, request: Request, customer: Referred, condition: Seen, principal: CanWrite
) -> Response:
    """Remove a contact point."""
    place = _place(request, customer, "contact_points")
    return await once(request, principal, lambda tx: actions.remove(tx, place, contact_point_id, condition))


@router.post("/addresses", status_code=201, response_model=AddressRead, responses=ADDING)
@hot
async def add_address(
    body: AddressCreate, request: Request, customer: Referred, principal: CanWrite
) -> Response:
    """Add an address."""
    place = _place(request, customer, "addresses")
    return await once(request, principal, lambda tx: actions.add(tx, place, _given(body)))


@router.patch("/addresses/{address_id}", response_model=AddressRead, responses=EDITING)
@hot
async def update_address(
    address_id: UUID,
    body: AddressUpdate,
    request: Request,
    *,
    customer: Referred,
    condition: Seen,
    principal: CanWrite,
) -> Response:
    """Apply a JSON merge patch to an address."""
    place = _place(request, customer, "addresses")
    return await once(
        request, principal, lambda tx: actions.edit(tx, place, address_id, _given(body), condition)
    )


@router.delete("/addresses/{address_id}", status_code=204, responses=EDITING)
@hot
async def remove_address(
    address_id: UUID, request: Request, customer: Referred, condition: Seen, principal: CanWrite
) -> Response:
    """Remove an address."""
    place = _place(request, customer, "addresses")
    return await once(request, principal, lambda tx: actions.remove(tx, place, address_id, condition))


def _place(request: Request, reference: Reference, field: str) -> Place:
    return Place(reference, field, core(request).settings.country)


def _given(body: Body) -> dict[str, Any]:
    return body.model_dump(mode="json", exclude_unset=True)
