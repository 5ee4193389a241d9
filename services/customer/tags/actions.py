"""What changes tags: of one customer, of a thousand, and of all that have one."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from services.customer.customers.batches import AT_A_TIME
from services.customer.customers.desk import Desk
from services.customer.customers.drafts import Draft
from services.customer.customers.problems import CustomerNotFound, FieldRefused
from services.customer.customers.references import Reference
from services.customer.customers.schemas import MAX_ROWS, MAX_TAGS
from services.customer.tags import queries
from services.customer.tags.schemas import TagOutcome
from shared.database import Transaction
from shared.errors import Problem, as_row_problem
from web.once import Answer

Edit = Callable[[Sequence[str]], list[str]]


def edited(tags: Iterable[str], add: Iterable[str], remove: Collection[str]) -> list[str]:
    """Return tags with some more at the end, and without others; each once."""
    return [tag for tag in dict.fromkeys((*tags, *add)) if tag not in remove]


def renamed(tags: Iterable[str], old: str, new: str) -> list[str]:
    """Return tags with another in the place of one; each once."""
    return list(dict.fromkeys(new if tag == old else tag for tag in tags))


async def edit_one(tx: Transaction, reference: Reference, edit: Edit) -> Answer:
    """Change the tags of one customer as they are now; no change is no write."""
    desk = Desk(tx)
    draft = await desk.pick(reference)
    _apply(desk, draft, edit)
    await desk.store()
    tags = draft.document["tags"]
    return Answer({"tags": tags}, version=draft.version, subjects=(draft.id,))


async def edit_many(tx: Transaction, ids: Sequence[UUID], edit: Edit) -> Answer:
    """Change the tags of some customers, each on its own."""
    desk = Desk(tx)
    await desk.take(ids, ())
    results = [{"index": index, **_judge(desk, id_, edit)} for index, id_ in enumerate(ids)]
    await desk.store()
    counts = Counter(result["outcome"] for result in results)
    body = {"results": results, "counts": {each.value: counts[each] for each in TagOutcome}}
    return Answer(body, subjects=[draft.id for draft in desk.changed])


async def edit_all(tx: Transaction, tag: str, edit: Edit, limit: int) -> Answer:
    """Change the tags of at most `limit` customers that have one, in the order of their ids."""
    changed: list[UUID] = []
    while len(changed) < limit:
        desk = await _some(tx, tag, min(limit - len(changed), MAX_ROWS))
        for index, draft in enumerate(desk.drafts.values()):
            if index % AT_A_TIME == 0:
                await asyncio.sleep(0)
            _apply(desk, draft, edit)
        await desk.store()
        if not desk.changed:
            break
        changed += [draft.id for draft in desk.changed]
    left = await queries.LEFT.value(tx.connection, tx.principal, tags=[tag])
    return Answer({"changed": len(changed), "left": left}, subjects=changed)


async def _some(tx: Transaction, tag: str, limit: int) -> Desk:
    rows = await queries.TAGGED.all(tx.connection, tx.principal, tags=[tag], limit=limit)
    desk = Desk(tx)
    await desk.take([row["id"] for row in rows], ())
    return desk


def _judge(desk: Desk, id_: UUID, edit: Edit) -> dict[str, Any]:
    draft, told = desk.find(id_), {"id": id_, "version": None, "problem": None}
    try:
        if draft is None:
            raise CustomerNotFound
        outcome = TagOutcome.UPDATED if _apply(desk, draft, edit) else TagOutcome.UNCHANGED
    except Problem as problem:
        return {**told, "outcome": TagOutcome.REJECTED, "problem": as_row_problem(problem)}
    return {**told, "id": draft.id, "version": draft.version, "outcome": outcome}


def _apply(desk: Desk, draft: Draft, edit: Edit) -> bool:
    tags = edit(draft.document["tags"])
    if len(tags) > MAX_TAGS:
        raise FieldRefused("too_long", f"A customer has at most {MAX_TAGS} tags.", "/tags")
    return desk.change(draft, {"tags": tags})
