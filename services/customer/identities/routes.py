"""Identities over HTTP: resolve many, add and remove one."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from services.customer.customers import names
from services.customer.customers.problems import CustomerNotFound, IdentityTaken
from services.customer.customers.references import LONGEST, Reference
from services.customer.customers.routes import CHANGING, CanRead, CanWrite, Referred
from services.customer.customers.schemas import Identity, IdentityRead
from services.customer.identities import actions, queries
from services.customer.identities.problems import IdentityNotFound
from services.customer.identities.schemas import IdentityAnswers, IdentityQuestions
from shared.errors import Invalid, documents
from web.app import answer, core
from web.etag import Seen
from web.hot import hot
from web.once import once
from web.openapi import READING

router = APIRouter(prefix="/v1", tags=["identities"])
Kind = Annotated[str, Query(max_length=64, description="The series of names in the system.")]


@router.post(
    "/identities/resolve",
    response_model=IdentityAnswers,
    responses=documents(Invalid),
    openapi_extra=READING,
)
@hot
async def resolve_identities(body: IdentityQuestions, request: Request, principal: CanRead) -> Response:
    """Tell which customers up to a thousand names or ids mean; null where there is none to be seen."""
    pool, keys = core(request).database.pool, [item.key() for item in body.items]
    named = await queries.holders(pool, principal, (key for key in keys if isinstance(key, tuple)))
    known = await queries.meant(pool, principal, (key for key in keys if isinstance(key, UUID)))
    whose = [known.get(key) if isinstance(key, UUID) else key and named.get(key) for key in keys]
    asked = zip(body.items, whose, strict=True)
    return answer({"results": [{**item.model_dump(), "customer_id": id_} for item, id_ in asked]})


@router.post(
    "/customers/{customer}/identities",
    status_code=201,
    response_model=IdentityRead,
    responses={
        200: {"model": IdentityRead, "description": "It led to this customer already."},
        **documents(CustomerNotFound, IdentityTaken, Invalid),
    },
)
@hot
async def add_identity(body: Identity, request: Request, customer: Referred, principal: CanWrite) -> Response:
    """Let a name in another system lead to this customer."""
    name = names.name_of(body.model_dump())
    return await once(request, principal, lambda tx: actions.add(tx, customer, name))


@router.delete("/customers/{customer}/identities/{identity}", status_code=204, responses=CHANGING)
@hot
async def remove_identity(
    identity: Annotated[str, Path(max_length=LONGEST, description="`<system>:<external id>`")],
    request: Request,
    *,
    customer: Referred,
    condition: Seen,
    principal: CanWrite,
    kind: Kind = "",
) -> Response:
    """Let the name "<system>:<id>" lead nowhere."""
    named = Reference.read(identity).name
    if named is None:
        raise IdentityNotFound
    name = (named[0], kind, named[2])
    return await once(request, principal, lambda tx: actions.remove(tx, customer, name, condition))
