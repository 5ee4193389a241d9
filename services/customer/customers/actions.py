"""What changes customers: create, update, remove, and batches of rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.customer.customers import batches, queries
from services.customer.customers.batches import Row
from services.customer.customers.desk import Desk
from services.customer.customers.diff import overlaps
from services.customer.customers.documents import BLANK, Patch
from services.customer.customers.drafts import Draft
from services.customer.customers.names import names_of
from services.customer.customers.references import Reference
from services.customer.customers.schemas import BatchMode
from shared.database import Transaction
from shared.errors import Problem
from web.etag import stale
from web.once import Answer


@dataclass(frozen=True, slots=True)
class Condition:
    """The version that a caller has seen; `disjoint` lets a change of other fields since then pass."""

    version: int
    disjoint: bool = False


async def create(tx: Transaction, patch: Patch) -> Answer:
    """Create a customer from a settled patch of a blank one."""
    desk = Desk(tx)
    await desk.take((), names_of(patch))
    draft = desk.create(patch)
    location = f"/v1/customers/{draft.id}"
    return Answer(await desk.store_one(draft), 201, draft.version, location, (draft.id,))


async def update(tx: Transaction, reference: Reference, patch: Patch, condition: Condition) -> Answer:
    """Apply a settled merge patch; one that changes nothing answers with the version as it is."""
    desk = Desk(tx)
    draft = await desk.pick(reference, names_of(patch))
    await check(tx, draft, condition, patch)
    desk.change(draft, patch)
    return Answer(await desk.store_one(draft), version=draft.version, subjects=(draft.id,))


async def remove(tx: Transaction, reference: Reference, condition: Condition) -> Answer:
    """Delete a customer softly; its identities are free at once."""
    desk = Desk(tx)
    draft = await desk.pick(reference)
    await check(tx, draft, condition)
    desk.remove(draft)
    await desk.store()
    return Answer(None, 204, subjects=(draft.id,))


async def write_many(
    tx: Transaction, rows: Sequence[Row | Problem], mode: BatchMode, *, dry_run: bool
) -> Answer:
    """Judge every row on its own, in order; a dry run tells the same without new ids, and writes nothing."""
    desk = Desk(tx)
    results = await batches.judge(desk, rows, mode)
    if not dry_run:
        await desk.store()
    body = batches.report(results, dry_run=dry_run)
    return Answer(body, subjects=[draft.id for draft in desk.changed])


async def check(tx: Transaction, draft: Draft, condition: Condition, patch: Patch = BLANK) -> None:
    """Raise 412 unless the caller saw the newest version, or its patch is disjoint from later changes."""
    if condition.version == draft.version:
        return
    rows = await queries.CHANGED_SINCE.all(tx.connection, subject=draft.id, version=condition.version)
    changed = [row["field"] for row in rows]
    if not condition.disjoint or condition.version > draft.version or overlaps(patch, changed):
        raise stale(draft.version, changed)
