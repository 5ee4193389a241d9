"""The statements that keep rhythms: one row for each customer, made from facts, identities and targets."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Interval,
    Uuid,
    any_,
    bindparam,
    case,
    cast,
    delete,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    true,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from services.interaction.balance.models import ContactTarget, Rhythm
from services.interaction.balance.schemas import NEVER
from services.interaction.identities.models import Identity
from services.interaction.records.models import TIME
from services.interaction.timeline.kinds import CONTACTS, TOLD, Told
from services.interaction.timeline.queries import NO_FILTERS, narrowed
from shared.statements import Statement

KEEPING = "keeps rhythms, for everybody"
IDS = bindparam("ids", type_=ARRAY(Uuid))
_ONE: ColumnElement[Any] = literal_column("1", Integer)
_TWO_WAY: ColumnElement[Any] = literal_column("'{inbound,outbound}'::text[]")
_OTHER = aliased(Identity, name="other")


def _last(told: Told) -> Any:  # noqa: ANN401 - a select
    t: Any = told.kind.model
    mine = select(t.occurred_at.label("at")).where(
        t.customer_id == _OTHER.original_id,
        told.direction(t) == any_(_TWO_WAY),
        *narrowed(told, NO_FILTERS),
    )
    return mine.order_by(t.occurred_at.desc()).limit(_ONE).correlate(_OTHER)


# The customers whom ids under which facts came mean now.
MEANT = Statement(
    select(Identity.current_id).where(Identity.original_id == any_(IDS), Identity.matched()).distinct(),
    unguarded=KEEPING,
)
# Whom merges that are told of may concern besides: who is one of these, and whom these are.
CONCERNED = Statement(
    select(Identity.original_id, Identity.current_id).where(
        or_(Identity.original_id == any_(IDS), Identity.current_id == any_(IDS)),
        Identity.original_id != Identity.current_id,
    ),
    unguarded=KEEPING,
)
_given = func.unnest(IDS).column_valued("id")
BEGIN = Statement(
    insert(Rhythm).from_select(["customer_id"], select(_given).order_by(_given)).on_conflict_do_nothing()
)
LOCK = Statement(
    select(Rhythm.customer_id)
    .where(Rhythm.customer_id == any_(IDS))
    .order_by(Rhythm.customer_id)
    .with_for_update(),
    unguarded=KEEPING,
)
_each = union_all(*(_last(TOLD[name]) for name in sorted(CONTACTS))).lateral("each")
_lately = (
    select(func.max(_each.c.at).label("last_at"))
    .select_from(_OTHER)
    .join(_each, true())
    .where(_OTHER.current_id == Identity.original_id)
    .correlate(Identity)
    .lateral("lately")
)
_there = ContactTarget.deleted_at.is_(None)
_mine = aliased(Identity, name="mine")
_own = (
    select(ContactTarget.days)
    .join(_mine, _mine.original_id == ContactTarget.customer_id)
    .where(_there, _mine.current_id == Identity.original_id)
    .order_by(ContactTarget.days)
    .limit(_ONE)
    .correlate(Identity)
    .scalar_subquery()
)
_of_class, _of_department = ContactTarget.customer_class, ContactTarget.department
_general = (
    select(ContactTarget.days)
    .where(
        _there,
        ContactTarget.customer_id.is_(None),
        or_(_of_class.is_(None), _of_class == Identity.customer_class),
        or_(_of_department.is_(None), _of_department == Identity.department),
    )
    .order_by(_of_class.is_(None), _of_department.is_(None))
    .limit(_ONE)
    .correlate(Identity)
    .scalar_subquery()
)
_customer = (
    select(
        Identity.original_id,
        Identity.owner,
        Identity.department,
        Identity.customer_class,
        _lately.c.last_at,
        func.coalesce(_own, _general).label("days"),
    )
    .join(_lately, true())
    .where(
        Identity.original_id == any_(IDS),
        Identity.current_id == Identity.original_id,
        ~Identity.deleted,
        ~Identity.provisional,
    )
    .cte("customer")
)
_due = case(
    (_customer.c.days.is_(None), null()),
    (_customer.c.last_at.is_(None), literal(NEVER, TIME)),
    else_=_customer.c.last_at + _customer.c.days * cast(literal_column("'1 day'"), Interval),
)
_now = {
    **{name: _customer.c[name] for name in ("owner", "department", "customer_class", "last_at", "days")},
    "due_at": _due,
}
FILL = Statement(
    update(Rhythm)
    .where(
        Rhythm.customer_id == _customer.c.original_id,
        tuple_(*(getattr(Rhythm, name) for name in _now)).is_distinct_from(tuple_(*_now.values())),
    )
    .values(_now),
    unguarded=KEEPING,
)
_living = (
    select(Identity.original_id)
    .where(
        Identity.original_id == Rhythm.customer_id,
        Identity.current_id == Identity.original_id,
        ~Identity.deleted,
        ~Identity.provisional,
    )
    .exists()
)
END = Statement(delete(Rhythm).where(Rhythm.customer_id == any_(IDS), ~_living), unguarded=KEEPING)
