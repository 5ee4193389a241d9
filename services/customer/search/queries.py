"""Pages of what a filter finds: one statement for each shape of filters, compiled once."""

from functools import lru_cache

from sqlalchemy import ColumnElement, DateTime, Integer, Uuid, any_, bindparam, func, select, true, tuple_
from sqlalchemy.orm import aliased

from filters.conditions import Shape, condition
from services.customer.customers.models import Customer
from services.customer.customers.queries import LISTED, RECORD
from services.customer.search.fields import fields
from services.customer.search.hits import SHAPES
from services.customer.search.meeting import meets
from services.customer.search.schemas import CustomerSort, CustomerSortField, SortDirection
from shared.statements import Visible, visible

NEWEST = CustomerSort(field=CustomerSortField.CREATED_AT, direction=SortDirection.DESC)
_MOMENTS = {
    CustomerSortField.CREATED_AT: Customer.created_at,
    CustomerSortField.UPDATED_AT: Customer.updated_at,
}


@lru_cache(SHAPES)
def page(
    shape: Shape, field: CustomerSortField, direction: SortDirection, keys: frozenset[str] = frozenset()
) -> Visible:
    """Return the `limit` customers behind `last_at` and `last_id`: `data`, and the keys `at` and `id`.

    With `keys`, "open" and perhaps "personal", only those that meet one of the tsqueries in these parameters.
    """
    moment = _MOMENTS[field]
    key = tuple_(moment, Customer.id)
    last = tuple_(bindparam("last_at", type_=DateTime(timezone=True)), bindparam("last_id", type_=Uuid))
    down = direction is SortDirection.DESC
    return visible(
        select(Customer.id, moment.label("at"), (RECORD if keys else LISTED).label("data"))
        .where(Customer.deleted_at.is_(None), condition(shape, fields("")), _meeting(keys))
        .order_by(*(each.desc() if down else each for each in (moment, Customer.id)))
        .limit(bindparam("limit", type_=Integer)),
        of=Customer,
        filters={"last_id": key < last if down else key > last},
    )


def _meeting(keys: frozenset[str]) -> ColumnElement[bool]:
    """Return the condition by ids that the indexes give, so that no plan walks the list to find them."""
    if not keys:
        return true()
    found = aliased(Customer)
    met = meets(found, lambda _: true(), personal="personal" in keys)
    ids = select(found.id).where(found.deleted_at.is_(None), met)
    return Customer.id == any_(func.array(ids.scalar_subquery()))
