"""Tags over HTTP: list and count them, rename and remove them everywhere, put them on customers."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from services.customer.customers.problems import CustomerNotFound
from services.customer.customers.routes import CanRead, CanWrite, Referred
from services.customer.customers.schemas import MAX_ROWS, Tag
from services.customer.tags import actions, queries
from services.customer.tags.actions import edited, renamed
from services.customer.tags.schemas import (
    MOST_AT_ONCE,
    TagAssignment,
    TagAssignmentResult,
    TagChange,
    TagPage,
    TagRename,
    TagsRead,
)
from shared.errors import Invalid, documents
from web.app import core
from web.hot import hot
from web.lists import Paged, listed
from web.once import once

router = APIRouter(tags=["tags"])
Named = Annotated[Tag, Path(description="A tag, percent-encoded.")]
AtMost = Annotated[int, Query(ge=1, le=MOST_AT_ONCE, description="Customers changed by this request.")]
Prefix = Annotated[Tag | None, Query(description="Only tags that begin so.")]


@router.get("/v1/tags", response_model=TagPage)
@hot
async def list_tags(request: Request, principal: CanRead, place: Paged, prefix: Prefix = None) -> Response:
    """List tags, and how many customers have each."""
    pool = core(request).database.pool
    return await listed(
        request,
        place,
        ("tag",),
        lambda **given: queries.COUNTED.all(pool, principal, prefix=prefix, **given),
    )


@router.post("/v1/tags/rename", response_model=TagChange, responses=documents(Invalid))
@hot
async def rename_tag(body: TagRename, request: Request, principal: CanWrite) -> Response:
    """Give a tag another name on the customers that you see; of more than `limit`, on the first ones."""
    old, new = body.old, body.new
    if old == new:
        error = {"pointer": "/to", "code": "same_tag", "detail": "The new name is the old one."}
        raise Invalid(errors=[error])  # type: ignore[list-item]  # a FieldError
    return await once(
        request,
        principal,
        lambda tx: actions.edit_all(tx, old, lambda tags: renamed(tags, old, new), body.limit),
    )


@router.post("/v1/tags/assign", response_model=TagAssignmentResult, responses=documents(Invalid))
@hot
async def assign_tags(body: TagAssignment, request: Request, principal: CanWrite) -> Response:
    """Put tags on customers and take others off; each customer has a result of its own."""
    return await once(
        request,
        principal,
        lambda tx: actions.edit_many(tx, body.ids, lambda tags: edited(tags, body.add, body.remove)),
    )


@router.delete("/v1/tags/{tag}", response_model=TagChange)
@hot
async def remove_tag(request: Request, tag: Named, principal: CanWrite, limit: AtMost = MAX_ROWS) -> Response:
    """Take a tag off the customers that you see; of more than `limit`, off the first ones."""
    return await once(
        request, principal, lambda tx: actions.edit_all(tx, tag, lambda tags: edited(tags, (), {tag}), limit)
    )


@router.put(
    "/v1/customers/{customer}/tags/{tag}",
    response_model=TagsRead,
    responses=documents(CustomerNotFound, Invalid),
)
@hot
async def put_customer_tag(request: Request, customer: Referred, tag: Named, principal: CanWrite) -> Response:
    """Put a tag on a customer, whatever its version; one that is there already stays."""
    return await once(
        request, principal, lambda tx: actions.edit_one(tx, customer, lambda tags: edited(tags, (tag,), ()))
    )


@router.delete(
    "/v1/customers/{customer}/tags/{tag}", response_model=TagsRead, responses=documents(CustomerNotFound)
)
@hot
async def remove_customer_tag(
    request: Request, customer: Referred, tag: Named, principal: CanWrite
) -> Response:
    """Take a tag off a customer, whatever its version; one that is not there is no error."""
    return await once(
        request, principal, lambda tx: actions.edit_one(tx, customer, lambda tags: edited(tags, (), {tag}))
    )
