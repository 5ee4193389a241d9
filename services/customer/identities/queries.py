"""The questions which customers some names lead to, and some ids mean."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, column, func, select

from services.customer.customers.models import Customer, Identity
from services.customer.customers.names import Name, as_row
from services.customer.customers.queries import asked, current, leads_to
from shared.auth import Principal
from shared.statements import Runner, visible

_ASKED = asked()
_HOLDERS = visible(
    select(Identity.system, Identity.kind, Identity.external_id, Identity.customer_id)
    .join(_ASKED, leads_to(_ASKED))
    .join(Customer, Customer.id == Identity.customer_id),
    of=Customer,
)
_WANTED = (
    func.unnest(bindparam("ids", type_=ARRAY(Uuid)))
    .table_valued(column("id", Uuid))
    .render_derived(name="wanted")
)
_MEANT = visible(
    select(_WANTED.c.id.label("original_id"), Customer.id.label("current_id"))
    .join_from(_WANTED, Customer, Customer.id == current(_WANTED.c.id))
    .where(Customer.deleted_at.is_(None)),
    of=Customer,
)


async def holders(on: Runner, principal: Principal, names: Iterable[Name]) -> dict[Name, UUID]:
    """Return the customers that names lead to, as far as the principal sees them."""
    sought = list(map(as_row, sorted(set(names))))
    rows = await _HOLDERS.all(on, principal, names=sought) if sought else ()
    return {(row["system"], row["kind"], row["external_id"]): row["customer_id"] for row in rows}


async def meant(on: Runner, principal: Principal, ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return the customers that ids mean now, as far as the principal sees them."""
    sought = sorted(set(ids))
    rows = await _MEANT.all(on, principal, ids=sought) if sought else ()
    return {row["original_id"]: row["current_id"] for row in rows}
