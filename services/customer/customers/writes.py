"""The statements that write customers and identities, one or a thousand at a time."""

from sqlalchemy import ARRAY, Text, Uuid, bindparam, column, delete, func, select
from sqlalchemy.dialects.postgresql import JSONB, Insert, insert

from services.customer.customers.models import Customer, Identity
from services.customer.customers.queries import RECORD, asked, leads_to
from shared.statements import Statement

_CUSTOMER, _IDENTITY = Customer.__table__.c, Identity.__table__.c
_KEPT = ("id", "created_at")


def _store() -> Insert:
    """Return the upsert of the rows in the parameter `rows`, in their order."""
    given = func.jsonb_to_recordset(bindparam("rows", type_=JSONB))
    rows = given.table_valued(*(column(c.name, c.type) for c in _CUSTOMER)).render_derived(
        "given", with_types=True
    )
    statement = insert(Customer).from_select(_CUSTOMER.keys(), select(*rows.c))
    renewed = {name: statement.excluded[name] for name in _CUSTOMER.keys() if name not in _KEPT}
    return statement.on_conflict_do_update(index_elements=["id"], set_=renewed)


def _name() -> Insert:
    """Return the insert of the identities in the parameters, in their order; it returns those that were free."""
    arrays = (bindparam(name, type_=ARRAY(Text)) for name in ("systems", "kinds", "names"))
    holders = bindparam("holders", type_=ARRAY(Uuid))
    given = func.unnest(*arrays, holders).table_valued(*(column(c.name, c.type) for c in _IDENTITY))
    statement = insert(Identity).from_select(_IDENTITY.keys(), select(*given.render_derived("given").c))
    return statement.on_conflict_do_nothing().returning(Identity.external_id)


STORE = Statement(_store())
STORE_AND_READ = Statement(_store().returning(RECORD.label("data")))
NAME = Statement(_name())
FREE = Statement(delete(Identity).where(leads_to(_freed := asked())))
