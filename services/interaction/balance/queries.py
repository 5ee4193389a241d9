"""The queries behind balances: contacts counted by what they were, and who is due."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    select,
    true,
    tuple_,
    union_all,
)

from services.interaction.balance.models import Rhythm
from services.interaction.balance.schemas import NEVER
from services.interaction.identities.models import Identity
from services.interaction.records.models import TIME
from services.interaction.timeline.kinds import CONTACTS, TOLD, Told
from services.interaction.timeline.queries import NO_FILTERS, OTHERS, narrowed
from shared.statements import json_object, visible

_SINCE, _UNTIL = bindparam("since", type_=TIME), bindparam("until", type_=TIME)
_NOW = bindparam("now", type_=TIME)
_OWNERS = {
    name: getattr(Rhythm, name) == bindparam(name, type_=Text)
    for name in ("owner", "department", "customer_class")
}


def _facts(told: Told) -> Select[Any]:
    t: Any = told.kind.model
    found = select(
        literal_column(f"'{told.kind.name}'", Text).label("kind"),
        literal_column("true" if told.contact else "false").label("contact"),
        told.channel(t).label("channel"),
        told.direction(t).label("direction"),
        told.purpose(t).label("purpose"),
        t.occurred_at.label("at"),
    )
    return found.where(t.customer_id == OTHERS.original_id, *narrowed(told, NO_FILTERS)).correlate(OTHERS)


_every = union_all(*map(_facts, TOLD.values())).lateral("facts")
_sort = (_every.c.kind, _every.c.contact, _every.c.channel, _every.c.direction, _every.c.purpose)
_in_span = and_(_every.c.at >= _SINCE, _every.c.at < _UNTIL)
# What passed between a customer (any id of whom is `of`) and the firm up to `until`, by sort: how much of it
# since `since`, and when last. Read from the indexes of timelines.
SORTS = visible(
    select(*_sort, func.count().filter(_in_span).label("count"), func.max(_every.c.at).label("last_at"))
    .select_from(Identity)
    .join(OTHERS, OTHERS.current_id == Identity.current_id)
    .join(_every, true())
    .where(Identity.original_id == bindparam("of", type_=Uuid), ~Identity.deleted, _every.c.at < _UNTIL)
    .group_by(*_sort),
    Identity,
)
RHYTHM = visible(
    select(Rhythm.customer_id, Rhythm.last_at, Rhythm.days).where(
        Rhythm.customer_id == bindparam("id", type_=Uuid)
    ),
    Rhythm,
)


def _contacts(told: Told) -> Select[Any]:
    found = _facts(told)
    t: Any = told.kind.model
    return found.where(t.occurred_at >= _SINCE, t.occurred_at < _UNTIL)


_some = union_all(*(_contacts(TOLD[name]) for name in sorted(CONTACTS))).lateral("contacts")
_by = (_some.c.contact, _some.c.channel, _some.c.direction, _some.c.purpose)
# The contacts of a span with many customers, by sort.
SORTS_OF_MANY = visible(
    select(*_by, func.count().label("count"))
    .select_from(Rhythm)
    .join(OTHERS, OTHERS.current_id == Rhythm.customer_id)
    .join(_some, true())
    .group_by(*_by),
    Rhythm,
    _OWNERS,
)
_overdue = Rhythm.due_at <= _NOW
COUNTS = visible(
    select(
        func.count().label("customers"),
        func.count().filter(Rhythm.last_at >= _SINCE).label("contacted"),
        func.count(Rhythm.due_at).label("with_target"),
        func.count().filter(_overdue).label("overdue"),
    ).select_from(Rhythm),
    Rhythm,
    _OWNERS,
)
_never: ColumnElement[bool] = Rhythm.last_at.is_(None)
_days = func.extract("epoch", _NOW - Rhythm.due_at) / literal_column("86400")
DUE = visible(
    select(
        Rhythm.due_at,
        Rhythm.customer_id,
        json_object(
            customer_id=Rhythm.customer_id,
            owner=Rhythm.owner,
            department=Rhythm.department,
            customer_class=Rhythm.customer_class,
            last_at=Rhythm.last_at,
            target_days=Rhythm.days,
            due_at=func.nullif(Rhythm.due_at, literal(NEVER, DateTime(timezone=True))),
            overdue_days=case((~_never, func.floor(_days).cast(Integer))),
        ).label("data"),
    )
    .where(_overdue)
    .order_by(Rhythm.due_at, Rhythm.customer_id)
    .limit(bindparam("limit", type_=Integer)),
    Rhythm,
    {
        **_OWNERS,
        "last_due_at": tuple_(Rhythm.due_at, Rhythm.customer_id)
        > tuple_(bindparam("last_due_at", type_=TIME), bindparam("last_customer_id", type_=Uuid)),
    },
)
