"""Who many references mean, for who may see them."""

from collections.abc import Iterable
from uuid import UUID

from asyncpg import Record

from services.customer.customers.names import as_row
from services.customer.customers.queries import HOLDERS, MEANT
from services.customer.customers.references import Reference
from shared.auth import Principal
from shared.statements import Runner


async def resolved(
    on: Runner, principal: Principal, references: Iterable[Reference]
) -> dict[Reference, Record]:
    """Return `id` and `merged_ids` of those customers that are there to be seen."""
    asked = list(references)
    names = sorted({each.name for each in asked if each.name is not None})
    found = await HOLDERS.all(on, names=list(map(as_row, names))) if names else []
    holders: dict[object, UUID] = {(system, kind, id_): customer for system, kind, id_, customer in found}
    ids = {each: holders.get(each.name) if each.id is None else each.id for each in asked}
    wanted = sorted({id_ for id_ in ids.values() if id_ is not None})
    seen = {row["sought"]: row for row in await MEANT.all(on, principal, ids=wanted)}
    return {each: seen[id_] for each, id_ in ids.items() if id_ in seen}
