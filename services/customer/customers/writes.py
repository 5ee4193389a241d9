"""The statements that write customers and identities, one or a thousand at a time."""

from sqlalchemy import ARRAY, FromClause, Text, Uuid, bindparam, column, delete, func, select
from sqlalchemy.dialects.postgresql import JSONB, Insert, insert

from services.customer.customers.models import Customer, Identity
from services.customer.customers.queries import RECORD, asked, leads_to
from shared.statements import Statement

_CUSTOMER, _IDENTITY = Customer.__table__.c, Identity.__table__.c
_KEPT = ("id", "created_at")


def _rows() -> FromClause:
    given = func.jsonb_to_recordset(bindparam("rows", type_=JSONB))
    return given.table_valued(*(column(c.name, c.type) for c in _CUSTOMER)).render_derived(
        "r", with_types=True
    )


def _named() -> FromClause:
    names = (bindparam(name, type_=ARRAY(Text)) for name in ("systems", "kinds", "names"))
    given = func.unnest(*names, bindparam("holders", type_=ARRAY(Uuid)))
    return given.table_valued(*(column(c.name, c.type) for c in _IDENTITY)).render_derived("n")


def _store() -> Insert:
    """Return the upsert of the rows in the parameter `rows`, in their order."""
    statement = insert(Customer).from_select(list(_CUSTOMER), select(*_rows().c))
    renewed = {c.name: statement.excluded[c.name] for c in _CUSTOMER if c.name not in _KEPT}
    return statement.on_conflict_do_update(index_elements=["id"], set_=renewed)


STORE = Statement(_store())
STORE_AND_READ = Statement(_store().returning(RECORD.label("data")))

# Takes names in their order, so that no two writers wait for each other; returns those that were free.
NAME = Statement(
    insert(Identity)
    .from_select(list(_IDENTITY), select(*_named().c))
    .on_conflict_do_nothing()
    .returning(Identity.external_id)
)
FREE = Statement(delete(Identity).where(leads_to(asked())))
