"""Who many references mean, for who may see them."""

from collections.abc import Iterable
from uuid import UUID

from asyncpg import Record
from sqlalchemy import ARRAY, Uuid, any_, bindparam, select

from services.customer.customers.models import Customer
from services.customer.customers.names import as_row
from services.customer.customers.queries import HOLDERS, current_ids
from services.customer.customers.references import Reference
from shared.auth import Principal
from shared.statements import Runner, visible

_WHO = visible(
    select(Customer.id, Customer.merged_ids).where(
        Customer.deleted_at.is_(None), Customer.id == any_(bindparam("ids", type_=ARRAY(Uuid)))
    ),
    of=Customer,
)


async def resolved(
    on: Runner, principal: Principal, references: Iterable[Reference]
) -> dict[Reference, Record]:
    """Return `id` and `merged_ids` of those customers that are there to be seen."""
    asked = list(references)
    names = sorted({each.name for each in asked if each.name is not None})
    found = await HOLDERS.all(on, names=list(map(as_row, names))) if names else []
    holders: dict[object, UUID] = {(system, kind, id_): customer for system, kind, id_, customer in found}
    meant = await current_ids(on, {each.id for each in asked if each.id is not None})
    ids = {each: holders.get(each.name) if each.id is None else meant.get(each.id, each.id) for each in asked}
    wanted = sorted({id_ for id_ in ids.values() if id_ is not None})
    seen = {row["id"]: row for row in await _WHO.all(on, principal, ids=wanted)}
    return {each: seen[id_] for each, id_ in ids.items() if id_ in seen}
