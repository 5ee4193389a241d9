"""Pages of what a filter finds: one statement for each shape of filters, compiled once."""

from functools import lru_cache

from sqlalchemy import DateTime, Integer, Uuid, bindparam, select, tuple_

from services.customer.customers.models import Customer
from services.customer.customers.queries import RECORD
from services.customer.search.fields import fields
from services.customer.search.schemas import CustomerSort, CustomerSortField, SortDirection
from shared.filters import Shape, condition
from shared.statements import Visible, visible

SHAPES = 500  # statements kept; who asks for ever new shapes pays a millisecond for each
NEWEST = CustomerSort(field=CustomerSortField.CREATED_AT, direction=SortDirection.DESC)
_MOMENTS = {
    CustomerSortField.CREATED_AT: Customer.created_at,
    CustomerSortField.UPDATED_AT: Customer.updated_at,
}


@lru_cache(SHAPES)
def page(shape: Shape, field: CustomerSortField, direction: SortDirection) -> Visible:
    """Return the `limit` customers behind `last_at` and `last_id`: `data`, and the keys `at` and `id`."""
    moment = _MOMENTS[field]
    key = tuple_(moment, Customer.id)
    last = tuple_(bindparam("last_at", type_=DateTime(timezone=True)), bindparam("last_id", type_=Uuid))
    down = direction is SortDirection.DESC
    return visible(
        select(Customer.id, moment.label("at"), RECORD.label("data"))
        .where(Customer.deleted_at.is_(None), condition(shape, fields("")))
        .order_by(*(each.desc() if down else each for each in (moment, Customer.id)))
        .limit(bindparam("limit", type_=Integer)),
        of=Customer,
        filters={"last_id": key < last if down else key > last},
    )
