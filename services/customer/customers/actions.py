"""What changes customers: create, update, remove, and batches of rows."""

from collections.abc import Sequence

from services.customer.attributes.rules import Rules
from services.customer.customers import batches
from services.customer.customers.batches import Row
from services.customer.customers.desk import Desk
from services.customer.customers.documents import Patch
from services.customer.customers.names import names_of
from services.customer.customers.references import Reference
from services.customer.customers.schemas import BatchMode
from shared.database import Transaction
from shared.errors import Problem
from web.etag import Condition
from web.once import Answer


async def create(tx: Transaction, patch: Patch, rules: Rules) -> Answer:
    """Create a customer from a settled patch of a blank one."""
    desk = Desk(tx, rules)
    await desk.look_up((patch,))
    await desk.take((), names_of(patch))
    draft = desk.create(patch)
    location = f"/v1/customers/{draft.id}"
    return Answer(await desk.store_one(draft), 201, draft.version, location, (draft.id,))


async def update(
    tx: Transaction, reference: Reference, patch: Patch, rules: Rules, condition: Condition
) -> Answer:
    """Apply a settled merge patch; one that changes nothing answers with the version as it is."""
    desk = Desk(tx, rules)
    await desk.look_up((patch,))
    draft = await desk.pick(reference, names_of(patch), condition)
    await desk.check(draft, condition, patch)
    desk.change(draft, patch)
    return Answer(await desk.store_one(draft), version=draft.version, subjects=(draft.id,))


async def remove(tx: Transaction, reference: Reference, condition: Condition) -> Answer:
    """Delete a customer softly; its identities are free at once."""
    desk = Desk(tx)
    draft = await desk.pick(reference, condition=condition)
    await desk.check(draft, condition)
    desk.remove(draft)
    await desk.store()
    return Answer(None, 204, subjects=(draft.id,))


async def write_many(
    tx: Transaction, rows: Sequence[Row | Problem], rules: Rules, mode: BatchMode, *, dry_run: bool
) -> Answer:
    """Judge every row on its own, in order; a dry run tells the same without new ids, and writes nothing."""
    desk = Desk(tx, rules)
    results = await batches.judge(desk, rows, mode)
    if not dry_run:
        await desk.store()
    body = batches.report(results, dry_run=dry_run)
    return Answer(body, subjects=[draft.id for draft in desk.changed])
