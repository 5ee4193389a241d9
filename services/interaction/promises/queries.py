"""Reading which promises are due, and how those of a window ended."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Float,
    Integer,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    tuple_,
)

from services.interaction.identities.models import Identity
from services.interaction.promises.kind import rendering
from services.interaction.promises.models import Promise
from services.interaction.promises.outcomes import PromiseOutcome
from services.interaction.promises.schemas import PromiseGrouping
from shared.statements import Visible, json_object, visible

NAMELESS = ""  # the key of those who are not named: before all others
_NOW = bindparam("now", type_=DateTime(timezone=True))
_limit = bindparam("limit", type_=Integer)


def _ended(outcome: PromiseOutcome) -> ColumnElement[bool]:
    return Promise.outcome == literal_column(f"'{outcome}'", Text)


DUE = visible(
    select(
        Promise.due_at,
        Promise.id,
        json_object(overdue=Promise.due_at < _NOW, promise=rendering(Promise, Identity)).label("data"),
    )
    .join_from(Promise, Identity, Identity.original_id == Promise.customer_id)
    .where(_ended(PromiseOutcome.OPEN))
    .order_by(Promise.due_at, Promise.id)
    .limit(_limit),
    Promise,
    {
        "customer": Identity.current_id == bindparam("customer", type_=Uuid),
        "keeper": Promise.keeper == bindparam("keeper", type_=Text),
        "before": Promise.due_at < bindparam("before", type_=DateTime(timezone=True)),
        "last_id": tuple_(Promise.due_at, Promise.id)
        > tuple_(bindparam("last_due_at", type_=DateTime(timezone=True)), bindparam("last_id", type_=Uuid)),
    },
)
_KEYS: dict[PromiseGrouping, Any] = {
    PromiseGrouping.KEEPER: Promise.keeper,
    PromiseGrouping.OWNER: Identity.owner,
    PromiseGrouping.DEPARTMENT: Identity.department,
    PromiseGrouping.CUSTOMER: cast(Identity.current_id, Text),
}


def _figures(grouping: PromiseGrouping) -> Visible:
    """Count promises that are due from `since` until `until`, days in UTC, both included."""
    key = func.coalesce(_KEYS[grouping], literal_column(f"'{NAMELESS}'", Text))
    count = {outcome.value: func.count().filter(_ended(outcome)) for outcome in PromiseOutcome}
    overdue = func.count().filter(_ended(PromiseOutcome.OPEN), Promise.due_at < _NOW)
    good = count["kept"] + count["exceeded"]
    judged = func.nullif(good + count["broken"] + overdue, literal_column("0"))
    figures = json_object(
        key=func.nullif(key, literal_column(f"'{NAMELESS}'", Text)),
        due=func.count(),
        **count,
        overdue=overdue,
        kept_share=cast(good, Float) / judged,
    )
    first, last = (cast(bindparam(name, type_=Date), DateTime(timezone=True)) for name in ("since", "until"))
    window = (Promise.due_at >= first, Promise.due_at < last + literal_column("interval '1 day'"))
    return visible(
        select(key.label("key"), figures.label("data"))
        .join_from(Promise, Identity, Identity.original_id == Promise.customer_id)
        .where(*window)
        .group_by(key)
        .order_by(key)
        .limit(_limit),
        Promise,
        {"last_key": key > bindparam("last_key", type_=Text)},
    )


FIGURES = {grouping: _figures(grouping) for grouping in PromiseGrouping}
