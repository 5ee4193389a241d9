"""Who holds some contact points: customers by the keys under which numbers and addresses are found."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ARRAY, Integer, Text, Uuid, bindparam, column, func, literal, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by, array
from sqlalchemy.orm import aliased

from services.customer.customers.models import Customer
from shared.auth import Principal
from shared.statements import Runner, visible

_ASKED = (
    func.unnest(bindparam("keys", type_=ARRAY(Text)))
    .table_valued(column("key", Text))
    .render_derived("asked")
)
_FOUND = aliased(Customer)
_HAVE = select(_FOUND.id).where(_FOUND.contact_keys.bool_op("&&")(array([_ASKED.c.key]))).correlate(_ASKED)
# As arrays, a key at a time: no plan, made once for one key or for thousands, walks the table to find them.
_REACHED = (
    func.unnest(func.array(_HAVE.scalar_subquery()))
    .table_valued(column("id", Uuid))
    .render_derived("reached")
    .lateral()
)
_IDS = func.array_agg(aggregate_order_by(Customer.id, Customer.id), type_=ARRAY(Uuid))
_HOLDERS = visible(
    select(_ASKED.c.key, _IDS[literal(1) : bindparam("most", type_=Integer)].label("ids"))
    .select_from(_ASKED)
    .join(_REACHED, true())
    .join(Customer, Customer.id == _REACHED.c.id)
    .where(Customer.deleted_at.is_(None))
    .group_by(_ASKED.c.key),
    of=Customer,
)


async def holders(
    on: Runner, principal: Principal, keys: Collection[str], most: int
) -> dict[str, list[UUID]]:
    """Return the customers that have each key and that the principal sees, the first `most` of them by id.

    Who may not read personal data is to be refused before.
    """
    rows = await _HOLDERS.all(on, principal, keys=sorted(keys), most=most) if keys else ()
    return {row["key"]: row["ids"] for row in rows}
