"""Merges over HTTP: make, preview, read, list and undo them; and the rules by which fields survive."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.customer.customers.problems import CustomerNotFound, OutOfSight
from services.customer.customers.queries import fetch, originals
from services.customer.customers.references import LONGEST, Reference
from services.customer.customers.routes import CanRead, CanWrite
from services.customer.merges import actions, queries
from services.customer.merges.actions import Wanted
from services.customer.merges.problems import (
    MergedOn,
    MergeNotFound,
    SelfMerge,
    TooLate,
    TooMuchTogether,
)
from services.customer.merges.schemas import (
    MergeCreate,
    MergePage,
    MergeRead,
    MergeUndo,
    SurvivorshipRead,
    SurvivorshipWrite,
    reference,
)
from shared.errors import Invalid, MaskedField, NotFound, PreconditionFailed, PreconditionRequired, documents
from web.app import answer, core
from web.etag import Seen
from web.hot import hot
from web.lists import Paged, listed
from web.once import once

router = APIRouter(prefix="/v1", tags=["merges"])
MERGING = (CustomerNotFound, MaskedField, OutOfSight, SelfMerge, TooMuchTogether, Invalid)
Whose = Annotated[
    str | None, Query(max_length=LONGEST, description="An id, or `<system>:<external id>`: only its merges.")
]


@router.post(
    "/merges",
    status_code=201,
    response_model=MergeRead,
    responses={
        200: {"model": MergeRead, "description": "A preview, or the merge that they are in already."},
        **documents(*MERGING),
    },
)
@hot
async def merge_customers(body: MergeCreate, request: Request, principal: CanWrite) -> Response:
    """Fold duplicates into one customer; every id and name that they had goes on answering."""
    wanted = Wanted(
        survivor=reference(body.survivor),
        duplicates=[reference(each) for each in body.duplicates],
        rules=body.rules,
        values={name: reference(each) for name, each in body.values.items()},
        reason=body.reason,
        undoable=request.app.state.undoable,
        dry_run=body.dry_run,
    )
    return await once(request, principal, lambda tx: actions.merge(tx, wanted))


@router.get("/merges", response_model=MergePage, responses=documents(CustomerNotFound, Invalid))
@hot
async def list_merges(request: Request, principal: CanRead, place: Paged, customer: Whose = None) -> Response:
    """List merges, the newest first: all, or those that made a customer what it is."""
    pool, ids = core(request).database.pool, None
    if customer is not None:
        ids = originals(await fetch(pool, principal, Reference.read(customer)))
    return await listed(
        request,
        place,
        ("at", "id"),
        lambda **given: queries.PAGE.all(pool, principal, customers=ids, **given),
    )


@router.get("/merges/{merge_id}", response_model=MergeRead, responses=documents(MergeNotFound))
@hot
async def get_merge(request: Request, merge_id: UUID, principal: CanRead) -> Response:
    """Read one merge: what each field became, from which record and why."""
    row = await queries.ONE.one(core(request).database.pool, principal, id=merge_id)
    if row is None:
        raise MergeNotFound
    return answer(row["data"])


@router.post(
    "/merges/{merge_id}/undo",
    response_model=MergeRead,
    responses=documents(MergeNotFound, MaskedField, MergedOn, TooLate, OutOfSight),
)
@hot
async def undo_merge(body: MergeUndo, request: Request, merge_id: UUID, principal: CanWrite) -> Response:
    """Take the records of a merge out again; what was changed since the merge stays with the survivor."""
    return await once(request, principal, lambda tx: actions.undo(tx, merge_id, dry_run=body.dry_run))


@router.get("/survivorship", response_model=SurvivorshipRead, responses=documents(NotFound))
@hot
async def get_survivorship(request: Request, principal: CanRead) -> Response:
    """Read by which rule each field survives a merge."""
    return await queries.SURVIVORSHIP.read(request, principal, queries.THE_ONE)


@router.put(
    "/survivorship",
    response_model=SurvivorshipRead,
    responses=documents(PreconditionRequired, PreconditionFailed, Invalid),
)
@hot
async def put_survivorship(
    body: SurvivorshipWrite, request: Request, seen: Seen, principal: CanWrite
) -> Response:
    """Set the rules for merges to come; those left out are the usual ones."""
    columns = body.columns()
    return await once(
        request, principal, lambda tx: queries.SURVIVORSHIP.change(tx, queries.THE_ONE, columns, seen)
    )
