"""Batches: rows that are read, matched and judged one by one, and written together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from services.customer.customers.desk import Desk, Draft
from services.customer.customers.documents import Patch
from services.customer.customers.names import Name, identities, names_of
from services.customer.customers.problems import AmbiguousIdentity, CustomerNotFound, IdentityTaken
from services.customer.customers.schemas import BatchMode, CustomerRow, Outcome, patch_of
from shared.errors import Problem, as_row_problem
from shared.etag import stale
from shared.refusals import invalid, shapes_of

_SHAPES = cache(lambda: shapes_of(TypeAdapter(CustomerRow)))


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what to write, and what the customer is found by."""

    patch: Patch
    names: set[Name]
    id: UUID | None
    if_version: int | None


def read(given: object, country: str) -> Row | Problem:
    """Return a row, or the problem with it; pointers begin at the row."""
    try:
        row = CustomerRow.model_validate(given)
        patch = patch_of(row, country)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        return invalid(({**each, "loc": ("body", *each["loc"])} for each in found), given, _SHAPES)
    except Problem as problem:
        return problem
    return Row(patch, names_of(patch), row.id, row.if_version)


async def judge(desk: Desk, rows: Sequence[Row | Problem], mode: BatchMode) -> list[dict[str, Any]]:
    """Put every row on the desk, in order, and return its result; storing is left to the caller."""
    good = [row for row in rows if isinstance(row, Row)]
    await desk.take({row.id for row in good if row.id}, (name for row in good for name in row.names))
    return [_result(desk, index, row, mode) for index, row in enumerate(rows)]


def counts(results: Iterable[dict[str, Any]]) -> dict[Outcome, int]:
    """Return how many rows had each outcome; together they are all rows."""
    outcomes = [result["outcome"] for result in results]
    return {outcome: outcomes.count(outcome) for outcome in Outcome}


def _result(desk: Desk, index: int, row: Row | Problem, mode: BatchMode) -> dict[str, Any]:
    try:
        if isinstance(row, Problem):
            raise row
        outcome, draft = _put(desk, row, mode)
    except Problem as problem:
        rejected = {"index": index, "outcome": Outcome.REJECTED, "id": None, "version": None}
        return {**rejected, "problem": as_row_problem(problem)}
    return {"index": index, "outcome": outcome, "id": draft.id, "version": draft.version, "problem": None}


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
        if row.id not in desk.drafts:
            raise CustomerNotFound
        known.add(row.id)
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
