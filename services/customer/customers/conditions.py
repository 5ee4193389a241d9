"""Conditional writes: what a caller demands of the version that it changes."""

from dataclasses import dataclass
from uuid import UUID

from asyncpg import Record

from services.customer.customers import queries
from services.customer.customers.diff import overlaps
from services.customer.customers.documents import BLANK, Patch
from services.customer.customers.drafts import Draft
from shared.database import Transaction
from shared.errors import PreconditionFailed
from shared.statements import Runner
from web.etag import stale


@dataclass(frozen=True, slots=True)
class Condition:
    """The version that a caller has seen; `disjoint` lets a change of other fields since then pass."""

    version: int
    disjoint: bool = False


async def check(tx: Transaction, draft: Draft, condition: Condition, patch: Patch = BLANK) -> None:
    """Raise 412 unless the caller saw the newest version, or its patch is disjoint from later changes."""
    if condition.version == draft.version:
        return
    changed = await _changed(tx.connection, draft.id, condition)
    if not condition.disjoint or condition.version > draft.version or overlaps(patch, changed):
        raise stale(draft.version, changed)


async def refused(on: Runner, row: Record, condition: Condition) -> PreconditionFailed:
    """Return the 412 for who has not seen the version of a row of customers."""
    return stale(row["version"], await _changed(on, row["id"], condition))


async def _changed(on: Runner, id_: UUID, condition: Condition) -> list[str]:
    rows = await queries.CHANGED_SINCE.all(on, subject=id_, version=condition.version)
    return [row["field"] for row in rows]
