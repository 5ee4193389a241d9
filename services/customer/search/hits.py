"""The statements of searches by a string: who has the keys, within a filter, the newest first."""

from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import aliased

from filters.conditions import Shape, condition
from services.customer.customers.models import Customer
from services.customer.customers.queries import RECORD
from services.customer.search.fields import fields
from shared.auth import Visibility
from shared.statements import Statement, Visible, visible

SHAPES = 500  # statements kept, as for filters
_FIRST: ColumnElement[UUID] = literal_column(f"'{UUID(int=0)}'::uuid", Uuid)
_LIVE = Customer.deleted_at.is_(None)


def meets(of: type[Customer], parameter: str, *, personal: bool) -> ColumnElement[bool]:
    """Return the condition that keys meet the tsqueries in `open_<parameter>` and `personal_<parameter>`.

    Without `personal` those of personal data count for nothing.
    """
    found = _meets(of.open_keys, f"open_{parameter}")
    return or_(found, _meets(of.personal_keys, f"personal_{parameter}")) if personal else found


@lru_cache(SHAPES)
def hits(shape: Shape, visibility: Visibility, *, personal: bool, newest: bool) -> Visible:
    """Return the ids of the `limit` customers before `last_id` that meet `keys` but not `before`.

    `newest` looks through the newest `window` customers only, which is fast where many meet; the other reads
    the indexes of keys, which is fast where few do. No estimate of the planner's has to tell which.
    """
    found = _found(shape, visibility, personal=personal, newest=newest)
    ids = func.array(found.scalar_subquery())
    return visible(
        select(Customer.id).where(_LIVE, Customer.id == any_(ids)).order_by(Customer.id.desc()), of=Customer
    )


def _found(shape: Shape, visibility: Visibility, *, personal: bool, newest: bool) -> Select[Any]:
    last, limit = bindparam("last_id", type_=Uuid), bindparam("limit", type_=Integer)
    sought, before = (meets(Customer, name, personal=personal) for name in ("keys", "before"))
    wanted = select(Customer.id).where(_LIVE, Customer.id < last, condition(shape, fields("")))
    if visibility is not Visibility.ALL:
        wanted = wanted.where(Customer.visible_to(visibility))
    if newest:
        other = aliased(Customer)
        ids = select(other.id).where(other.id < last).order_by(other.id.desc())
        floor = ids.offset(bindparam("window", type_=Integer)).limit(literal_column("1")).scalar_subquery()
        # `is true` keeps the planner from the indexes of keys
        wanted = wanted.where(
            Customer.id >= func.coalesce(floor, _FIRST), sought.is_(true()), before.is_not(true())
        )
        return wanted.order_by(Customer.id.desc()).limit(limit)
    keyed = wanted.where(sought, before.is_not(true())).cte("keyed").prefix_with("materialized")
    return select(keyed.c.id).order_by(keyed.c.id.desc()).limit(limit)


def _meets(keys: Any, parameter: str) -> ColumnElement[bool]:  # noqa: ANN401 - an attribute of the model
    found: ColumnElement[bool] = keys.bool_op("@@")(cast(bindparam(parameter, type_=Text), TSQUERY))
    return found


SHOWN = visible(
    select(Customer.id, RECORD.label("data")).where(
        _LIVE, Customer.id == any_(bindparam("ids", type_=ARRAY(Uuid)))
    ),
    of=Customer,
)
_word = func.unnest(bindparam("words", type_=ARRAY(Text))).column_valued("word")
_known = select(Customer.id).where(_LIVE, Customer.open_keys.bool_op("@@")(cast(_word, TSQUERY)))
KNOWN = Statement(
    select(_word).where(_known.exists()), unguarded="tells which words some customer has, not which customer"
)
