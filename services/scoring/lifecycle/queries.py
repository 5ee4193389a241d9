"""The one rendering of a lifecycle, lists of them, and how many went from which state into which."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    ColumnElement,
    Date,
    Integer,
    SmallInteger,
    Uuid,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    null,
    select,
    type_coerce,
)

from services.scoring.lifecycle.models import Lifecycle
from services.scoring.lifecycle.thresholds import RULES, STATES
from services.scoring.lifecycle.writing import word
from shared.statements import json_object, visible

_PARTS = ("days", "states", "rules", "values", "bounds")
_ZERO, _ONE = literal_column("0", Integer), literal_column("1", Integer)


def rendered() -> ColumnElement[Any]:
    """Return LifecycleRead as JSON."""
    return json_object(
        id=Lifecycle.id,
        customer_id=Lifecycle.customer_id,
        version=Lifecycle.version,
        state=word(Lifecycle.state, STATES),
        since=Lifecycle.since,
        rule=word(Lifecycle.rule, RULES),
        value=Lifecycle.value,
        limit=Lifecycle.bound,
        trajectory=_trajectory(),
    )


def _trajectory() -> ColumnElement[Any]:
    arrays = func.unnest(*(getattr(Lifecycle, name) for name in _PARTS))
    step = arrays.table_valued(*_PARTS).render_derived(name="step")
    one = json_object(
        day=step.c.days,
        state=word(step.c.states, STATES),
        rule=word(step.c.rules, RULES),
        value=step.c["values"],
        limit=step.c.bounds,
    )
    told = select(func.json_agg(one)).select_from(step).scalar_subquery()
    return func.coalesce(told, cast(literal_column("'[]'"), JSON))


def state_on(day: ColumnElement[Any]) -> ColumnElement[int]:
    """Return the number of the state on a day: 0, a prospect, before the first change."""
    place = func.width_bucket(day, Lifecycle.days, type_=Integer)
    number = type_coerce(Lifecycle.states, ARRAY(SmallInteger))[place]
    return func.coalesce(case((func.cardinality(Lifecycle.days) > _ZERO, number)), _ZERO)


ONE = visible(
    select(Lifecycle.id, Lifecycle.version).where(
        Lifecycle.customer_id == bindparam("id", type_=Uuid), ~Lifecycle.deleted
    ),
    of=Lifecycle,
)
_FILTERS: Mapping[str, ColumnElement[bool]] = {
    "last_customer_id": Lifecycle.customer_id > bindparam("last_customer_id", type_=Uuid),
    "state": Lifecycle.state == bindparam("state", type_=SmallInteger),
    "changed_since": Lifecycle.since >= bindparam("changed_since", type_=Date),
}
PAGE = visible(
    select(rendered().label("data"), Lifecycle.customer_id)
    .where(~Lifecycle.deleted)
    .order_by(Lifecycle.customer_id)
    .limit(bindparam("limit", type_=Integer)),
    of=Lifecycle,
    filters=_FILTERS,
)
_before, _after = (state_on(bindparam(name, type_=Date)) for name in ("since", "until"))
FLOW = visible(
    select(_before.label("before"), _after.label("after"), func.count().label("customers"))
    .where(~Lifecycle.deleted)
    .group_by(literal_column("1"), literal_column("2")),
    of=Lifecycle,
)
CHANGED = visible(
    select(
        Lifecycle.id,
        Lifecycle.version,
        Lifecycle.deleted,
        case((Lifecycle.deleted, null()), else_=rendered()).label("data"),
    ),
    of=Lifecycle,
)
