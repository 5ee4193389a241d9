"""Who is reached by some numbers: every customer who shares one, the surest first."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Integer,
    Text,
    any_,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased

from services.customer.customers.contacts import DIALLED
from services.customer.customers.models import Customer
from shared.statements import json_object, visible

_NUMBERS = (
    func.unnest(bindparam("numbers", type_=ARRAY(Text)), bindparam("matches", type_=ARRAY(Text)))
    .table_valued(column("number", Text), column("match", Text), with_ordinality="rank")
    .render_derived("numbers")
)
_POINTS = (
    func.jsonb_array_elements(Customer.contact_points)
    .table_valued(column("value", JSONB), with_ordinality="place")
    .render_derived("points")
)


def _member(name: str) -> ColumnElement[Any]:
    return _POINTS.c.value.op("->>")(literal_column(f"'{name}'"))


_PREFERRED = cast(_member("preferred"), Boolean)
_TYPES: ColumnElement[Any] = literal_column(f"'{{{','.join(sorted(DIALLED))}}}'::text[]")
# The contact point by which a customer is reached most surely.
_BY = (
    select(
        _NUMBERS.c.rank,
        _NUMBERS.c.match,
        _PREFERRED.label("preferred"),
        json_object(
            type=_member("type"),
            value=_member("value"),
            normalized=_member("normalized"),
            label=_member("label"),
            preferred=_PREFERRED,
        ).label("contact_point"),
    )
    .select_from(_POINTS.join(_NUMBERS, _NUMBERS.c.number == _member("normalized")))
    .where(_member("type") == any_(_TYPES))
    .order_by(_NUMBERS.c.rank, _PREFERRED.desc(), _POINTS.c.place)
    .limit(literal_column("1"))
    .lateral("by")
)
_FOUND = aliased(Customer)
_REACHED = select(_FOUND.id).where(_FOUND.contact_keys.bool_op("&&")(bindparam("keys", type_=ARRAY(Text))))

# `number` is the condition, on personal data; the ids come from the index as an array, so that no plan
# walks the table to find them.
CALLERS = visible(
    select(
        json_object(
            customer_id=Customer.id,
            kind=Customer.kind,
            name=Customer.name,
            owner=Customer.owner,
            department=Customer.department,
            region=Customer.region,
            customer_class=Customer.customer_class,
            tags=Customer.tags,
            match=_BY.c.match,
            contact_point=_BY.c.contact_point,
        ).label("data")
    )
    .select_from(Customer)
    .join(_BY, true())
    .where(Customer.deleted_at.is_(None))
    .order_by(_BY.c.rank, _BY.c.preferred.desc(), Customer.id)
    .limit(bindparam("limit", type_=Integer)),
    of=Customer,
    filters={"number": Customer.id == any_(func.array(_REACHED.scalar_subquery()))},
)
