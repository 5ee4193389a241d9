"""What changes customers: create, update, remove, and batches of rows."""

from collections.abc import Sequence

from services.customer.attributes.rules import Rules
from services.customer.customers import batches
from services.customer.customers.batches import Row
from services.customer.customers.checking import Check, Found, LikelyDuplicate, told
from services.customer.customers.desk import Desk
from services.customer.customers.documents import Patch
from services.customer.customers.names import names_of
from services.customer.customers.references import Reference
from services.customer.customers.schemas import BatchMode
from shared.database import Transaction
from shared.errors import Problem
from web.etag import Condition
from web.once import Answer


async def create(tx: Transaction, patch: Patch, rules: Rules, check: Check | None = None) -> Answer:
    """Create a customer from a settled patch of a blank one."""
    desk = Desk(tx, rules)
    await desk.look_up((patch,))
    await desk.take((), names_of(patch))
    draft = desk.create(patch)
    if check is not None and (like := await check.look(tx, (draft,))) and check.refuses:
        raise LikelyDuplicate(like[draft.id])
    body = await desk.store_one(draft)
    if check is not None:
        body = told(body, (await check.keep(tx, (draft,))).get(draft.id, ()))
    return Answer(body, 201, draft.version, f"/v1/customers/{draft.id}", (draft.id,))


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
    tx: Transaction,
    rows: Sequence[Row | Problem],
    rules: Rules,
    mode: BatchMode,
    *,
    dry_run: bool,
    check: Check | None = None,
) -> Answer:
    """Judge every row on its own, in order; a dry run tells the same without new ids, and writes nothing."""
    desk = Desk(tx, rules)
    results = await batches.judge(desk, rows, mode)
    like: Found | None = None if check is None else await check.look(tx, desk.created)
    if like and check is not None and check.refuses:
        results, like = batches.refuse(desk, results, like, dry_run=dry_run), {}
    if not dry_run:
        await desk.store()
        like = None if check is None else await check.keep(tx, desk.created)
    body = batches.report(results, like, dry_run=dry_run)
    return Answer(body, subjects=[draft.id for draft in desk.changed])
