"""Batches: rows that are read, matched and judged one by one, and written together."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Container, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from services.customer.customers.checking import Found, LikelyDuplicate
from services.customer.customers.desk import Desk
from services.customer.customers.documents import Patch
from services.customer.customers.drafts import Draft
from services.customer.customers.names import Name, identities, names_of
from services.customer.customers.problems import AmbiguousIdentity, CustomerNotFound, IdentityTaken
from services.customer.customers.schemas import BatchMode, CustomerRow, Outcome, patch_of
from shared.errors import Problem, as_row_problem
from web.etag import stale
from web.refusals import invalid, shapes_of

AT_A_TIME = 50  # rows: some milliseconds
Item = TypeVar("Item")
Result = tuple[Outcome, Draft, int] | Problem  # the version after the row
_SHAPES = cache(lambda: shapes_of(TypeAdapter(CustomerRow)))


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what to write, and what the customer is found by."""

    patch: Patch
    names: set[Name]
    id: UUID | None
    if_version: int | None


def read(given: object, country: str) -> Row | Problem:
    """Return a row, or the problem with it, which it may come as; pointers begin at the row."""
    if isinstance(given, Problem):  # with a line of a stream
        return given
    try:
        row = CustomerRow.model_validate(given)
        patch = patch_of(row, country)
        patch.pop("id", None)  # it says whom the row means, if by an id of old
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        return invalid(({**each, "loc": ("body", *each["loc"])} for each in found), given, _SHAPES)
    except Problem as problem:
        return problem
    return Row(patch, names_of(patch), row.id, row.if_version)


async def read_all(items: Iterable[object], country: str) -> list[Row | Problem]:
    """Return what `read` returns for each."""
    return [read(item, country) async for item in _paced(items)]


async def judge(desk: Desk, rows: Sequence[Row | Problem], mode: BatchMode) -> list[Result]:
    """Put every row on the desk, in order, and return its result; storing is left to the caller."""
    good = [row for row in rows if isinstance(row, Row)]
    await desk.look_up(row.patch for row in good)
    await desk.take({row.id for row in good if row.id}, (name for row in good for name in row.names))
    return [_judge(desk, row, mode) async for row in _paced(rows)]


def refuse(desk: Desk, results: Sequence[Result], like: Found, *, dry_run: bool) -> list[Result]:
    """Take new customers off the desk who are probably there already, or in an earlier row of the batch."""
    refused: dict[UUID, LikelyDuplicate] = {}
    new = {draft.id for draft in desk.created} if dry_run else frozenset[UUID]()
    for draft in desk.created:
        left = [each for each in like.get(draft.id, ()) if each["customer_id"] not in refused]
        if left:
            refused[draft.id] = LikelyDuplicate(_unnamed(left, new))
            del desk.drafts[draft.id]
    return [
        result if isinstance(result, Problem) else refused.get(result[1].id, result) for result in results
    ]


def report(results: Sequence[Result], like: Found | None, *, dry_run: bool) -> dict[str, Any]:
    """Return what the caller is told, `like` None if nobody looked; after a dry run nobody has a new id."""
    lines = [_line(index, result, dry_run) for index, result in enumerate(results)]
    drafts = [result[1] for result in results if not isinstance(result, Problem)]
    new = {draft.id for draft in drafts if draft.is_new} if dry_run else frozenset[UUID]()
    for line, result in zip(lines, results, strict=True):
        if like is not None and not isinstance(result, Problem) and result[0] is Outcome.CREATED:
            line["duplicates"] = _unnamed(like.get(result[1].id, ()), new)
    counts = Counter(line["outcome"] for line in lines)
    return {"results": lines, "counts": {outcome.value: counts[outcome] for outcome in Outcome}}


def _unnamed(found: Iterable[dict[str, Any]], new: Container[UUID]) -> list[dict[str, Any]]:
    """Return a likeness without the ids of rows that no dry run gives any."""
    return [{**each, "customer_id": None} if each["customer_id"] in new else each for each in found]


async def _paced(items: Iterable[Item]) -> AsyncIterator[Item]:
    """Let other requests pass between a few rows and the next."""
    for index, item in enumerate(items):
        if index % AT_A_TIME == 0:
            await asyncio.sleep(0)
        yield item


def _line(index: int, result: Result, dry_run: bool) -> dict[str, Any]:  # noqa: FBT001 - private
    if isinstance(result, Problem):
        rejected = {"index": index, "outcome": Outcome.REJECTED, "id": None, "version": None}
        return {**rejected, "problem": as_row_problem(result), "duplicates": None}
    outcome, draft, version = result
    id_ = None if dry_run and draft.is_new else draft.document["id"]
    told = {"index": index, "outcome": outcome, "id": id_, "version": version}
    return {**told, "problem": None, "duplicates": None}


def _judge(desk: Desk, row: Row | Problem, mode: BatchMode) -> Result:
    if isinstance(row, Problem):
        return row
    try:
        outcome, draft = _put(desk, row, mode)
    except Problem as problem:
        return problem
    return outcome, draft, draft.version


def _put(desk: Desk, row: Row, mode: BatchMode) -> tuple[Outcome, Draft]:
    draft = _match(desk, row, mode)
    if draft is None:
        return Outcome.CREATED, _create(desk, row, mode)
    if row.if_version not in (None, draft.version):
        raise stale(draft.version, ())
    patch = {**row.patch, "identities": identities(draft.names | row.names)}
    return Outcome.UPDATED if desk.change(draft, patch) else Outcome.UNCHANGED, draft


def _match(desk: Desk, row: Row, mode: BatchMode) -> Draft | None:
    known = {desk.holders[name] for name in row.names if name in desk.holders}
    if row.id is not None:
        meant = desk.find(row.id)
        if meant is None:
            raise CustomerNotFound
        known.add(meant.id)
    if len(known) > 1:
        raise AmbiguousIdentity
    if not known:
        return None
    draft = desk.drafts.get(known.pop())
    if draft is None or mode is BatchMode.CREATE:
        raise IdentityTaken(None if draft is None else draft.id)
    return draft


def _create(desk: Desk, row: Row, mode: BatchMode) -> Draft:
    if mode is BatchMode.UPDATE or row.if_version is not None:
        raise CustomerNotFound
    return desk.create(row.patch)
