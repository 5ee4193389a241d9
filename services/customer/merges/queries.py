"""Reads of merges, of what they moved, and of when fields were last written."""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Integer,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    case,
    cast,
    column,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import JSONB, distinct_on

from keeping.keeper import Keeper
from services.customer.base import FEED
from services.customer.customers.models import Customer, FormerId
from services.customer.customers.queries import RECORD, current
from services.customer.merges.models import Merge, Survivorship
from shared.statements import Statement, json_object, visible

_SHOWN = ("survivor_id", "duplicate_ids", "reason", "created_at", "created_by", "undoable_until")
THE_ONE = UUID("0192f0c1-7a5e-7000-8000-6d6572676573")  # the row of rules
_ID = Merge.id == bindparam("id", type_=Uuid)

RENDERED = json_object(
    id=Merge.id,
    **{name: getattr(Merge, name) for name in _SHOWN},
    fields=Merge.decisions,
    survivor=case((Customer.deleted_at.is_(None), RECORD)),
    undone_at=Merge.undone_at,
    undone_by=Merge.undone_by,
    undo=Merge.undo,
)


def _merges(*columns: Any) -> Select[Any]:  # noqa: ANN401 - columns
    return select(*columns).join_from(Merge, Customer, Customer.id == current(Merge.survivor_id))


ONE = visible(
    _merges(Merge.id, Merge.survivor_id, Merge.duplicate_ids, Merge.undone_at, RENDERED.label("data")).where(
        _ID
    ),
    of=Merge,
)
_time, _id = bindparam("last_at", type_=DateTime(timezone=True)), bindparam("last_id", type_=Uuid)
_customers = bindparam("customers", type_=ARRAY(Uuid))
PAGE = visible(
    _merges(Merge.id, Merge.created_at.label("at"), RENDERED.label("data"))
    .order_by(Merge.created_at.desc(), Merge.id.desc())
    .limit(bindparam("limit", type_=Integer)),
    of=Merge,
    filters={
        "last_id": tuple_(Merge.created_at, Merge.id) < tuple_(_time, _id),
        "customers": or_(Merge.survivor_id == any_(_customers), Merge.duplicate_ids.overlap(_customers)),
    },
)


# The records merged into a customer that had a name, `named` as a list of one identity.
BEARERS = Statement(
    select(Customer.id)
    .join(FormerId, FormerId.original_id == Customer.id)
    .where(
        FormerId.current_id == bindparam("current_id", type_=Uuid),
        Customer.identities.contains(bindparam("named", type_=JSONB)),
    ),
    unguarded="tells two references to one customer apart, which its caller sees",
)

_wanted = (
    func.jsonb_to_recordset(bindparam("wanted", type_=JSONB))
    .table_valued(
        column("record", Uuid), column("subject", Uuid), column("field", Text), column("value", JSONB)
    )
    .render_derived(name="wanted", with_types=True)
)
_kept = FEED.history.c
_became = _kept.diff.op("->")(_wanted.c.field).op("->")(literal_column("'to'"))
# Who last wrote the values that some fields have; merges carry values on, but do not write them.
WRITTEN = Statement(
    select(_wanted.c.record, _wanted.c.field, _kept.at, _kept.source)
    .join_from(_wanted, FEED.history, _kept.subject == _wanted.c.subject)
    .where(
        cast(_became, JSONB) == _wanted.c.value,
        ~_kept.diff.has_key(literal_column("'merged_ids'", Text)),
    )
    .ext(distinct_on(_wanted.c.record, _wanted.c.field))
    .order_by(_wanted.c.record, _wanted.c.field, _kept.at.desc())
)


def _rules(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - the model, or the columns of a CTE
    names = ("rules", "trusted_sources", "version", "updated_at")
    return json_object(**{name: getattr(t, name) for name in names})


SURVIVORSHIP = Keeper(FEED, "survivorship", Survivorship, _rules)
RULES = Statement(select(Survivorship.rules, Survivorship.trusted_sources))
