"""The statements that write customers and their names, one or a thousand at a time."""

from typing import Any

from sqlalchemy import CTE, Integer, Select, Text, column, delete, func, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from feed.write import entries
from services.customer.base import FEED
from services.customer.customers.models import Customer, Identity
from services.customer.customers.queries import RECORD, asked, leads_to, recordset
from shared.statements import Shown, Statement

_CUSTOMER, _IDENTITY = Customer.__table__.c, Identity.__table__.c
_KEPT = ("id", "created_at")
_CHANGE = (
    column("type", Text),
    column("diff", JSONB),
    column("owner_before", Text),
    column("department_before", Text),
)


def _given() -> CTE:
    """Return the parameter `rows`: the columns of customers, and the change that each row ends with."""
    return select(*recordset("rows", *_CUSTOMER, *_CHANGE).c).cte("given")


def _named() -> CTE:
    """Take the names in the parameter `names`, in their order, so that no two writers wait for each other.

    What comes back are the names that were free.
    """
    names = select(*recordset("names", *_IDENTITY).c)
    statement = insert(Identity).from_select(list(_IDENTITY), names).on_conflict_do_nothing()
    return statement.returning(Identity.external_id).cte("named")


def _stored(given: CTE, *, read: bool) -> CTE:
    """Upsert the rows."""
    statement = insert(Customer).from_select(list(_CUSTOMER), select(*(given.c[c.name] for c in _CUSTOMER)))
    renewed = {c.name: statement.excluded[c.name] for c in _CUSTOMER if c.name not in _KEPT}
    statement = statement.on_conflict_do_update(index_elements=["id"], set_=renewed)
    data = (RECORD.label("data"),) if read else ()
    return statement.returning(Customer.id, *data).cte("stored")


def _store(*, read: bool) -> Select[Any]:
    """Write rows, names, feed and history; tells how many names were free, and the JSON of the one row."""
    given, named = _given(), _named()
    stored = _stored(given, read=read)
    changed = (
        select(
            given.c.id.label("subject"),
            given.c.version,
            given.c.diff,
            given.c.owner_before.label("owner"),
            given.c.department_before.label("department"),
            given.c.type,
        )
        .join(stored, stored.c.id == given.c.id)
        .cte("changed")
    )
    free = select(func.count(type_=Integer)).select_from(named).scalar_subquery().label("free")
    answer = select(free, stored.c.data) if read else select(free)
    told = entries(FEED, changed, changed.c.type)
    return answer.add_cte(*told)


_OWN = "reads no more than it has written"
STORE = Statement(_store(read=False), unguarded=_OWN)
STORE_AND_READ = Shown(_store(read=True), unguarded=_OWN)
_passed = recordset("names", *_IDENTITY)
PASS = Statement(update(Identity).where(leads_to(_passed)).values(customer_id=_passed.c.customer_id))
FREE = Statement(delete(Identity).where(leads_to(asked())))
