"""The statements behind calls: taking events in, adding them up, and keeping what they add up to."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    DateTime,
    Integer,
    Text,
    Uuid,
    any_,
    bindparam,
    column,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from feed.write import entries
from services.interaction.base import FEED
from services.interaction.calls.kind import CALLS
from services.interaction.calls.models import RINGS, Call, CallEvent
from services.interaction.identities.models import Identity
from services.interaction.sources.models import SourceKey
from shared.statements import Shown, Statement, json_object

WRITING = "decides what a write does; its caller judges what the principal may touch"
IDS = bindparam("ids", type_=ARRAY(Uuid))
_NAMES = (bindparam("systems", type_=ARRAY(Text)), bindparam("names", type_=ARRAY(Text)))
_named = (
    func.unnest(*_NAMES).table_valued(column("system", Text), column("name", Text)).render_derived("named")
)
_EVENT = ("call_id", "key", "type", "occurred_at", "sequence", "said", "by_hand")
_given = (
    func.jsonb_to_recordset(bindparam("rows", type_=JSONB))
    .table_valued(
        column("id", Uuid),
        column("call_id", Uuid),
        column("key", Text),
        column("type", Text),
        column("occurred_at", DateTime(timezone=True)),
        column("sequence", Integer),
        column("said", JSONB),
        column("by_hand", Boolean),
        column("recorded_by", Text),
    )
    .render_derived(name="given", with_types=True)
)

# What is known of the calls of some names, before anything is locked.
KNOWN = Statement(
    select(
        SourceKey.system,
        SourceKey.source_id,
        Call.number,
        Call.matched_by,
        Identity.matched().label("matched"),
    )
    .select_from(_named)
    .join(SourceKey, (SourceKey.system == _named.c.system) & (SourceKey.source_id == _named.c.name))
    .join(Call, Call.id == SourceKey.record_id)
    .join(Identity, Identity.original_id == Call.customer_id)
    .where(SourceKey.kind == literal(CALLS.name)),
    unguarded=WRITING,
    clear=WRITING,
)
SOURCE = Statement(
    select(Call.source_system, Call.source_id).where(Call.id == bindparam("id", type_=Uuid)),
    unguarded=WRITING,
)
# New events, in the order of their keys; those that are known already are left as they are.
ADD = Statement(
    insert(CallEvent)
    .from_select([*(c.name for c in _given.c)], select(*_given.c).order_by(_given.c.call_id, _given.c.key))
    .on_conflict_do_nothing()
    .returning(CallEvent.id, CallEvent.received_at)
)
EVENTS = Statement(
    select(*(getattr(CallEvent, name) for name in _EVENT)).where(CallEvent.call_id == any_(IDS)),
    clear=WRITING,
)
# What a reader gets of the events of a call that it is known to see.
SHOWN = Shown(
    select(
        json_object(
            id=CallEvent.id,
            recorded_by=CallEvent.recorded_by,
            received_at=CallEvent.received_at,
            **{name: getattr(CallEvent, name) for name in _EVENT[1:]},
        ).label("data"),
        CallEvent.key,
        CallEvent.type,
        CallEvent.occurred_at,
        CallEvent.sequence,
    ).where(CallEvent.call_id == bindparam("id", type_=Uuid))
)
RINGING = any_(literal(list(map(str, RINGS)), ARRAY(Text)))


def _changing() -> Statement:
    """Give locked calls new content and versions; `customer_before` is whose they were."""
    table: Any = Call.__table__
    more = (column("customer_before", Uuid), column("diff", JSONB))
    before = (column("owner_before", Text), column("department_before", Text))
    columns = (*(column(c.name, c.type) for c in table.columns), *more, *before)
    rows = func.jsonb_to_recordset(bindparam("rows", type_=JSONB)).table_valued(*columns)
    given = select(rows.render_derived(name="x", with_types=True)).cte("given")
    kept = ("id", "created_at", "recorded_by", "source_system", "source_id")
    made = (
        update(table)
        .where(table.c.customer_id == given.c.customer_before, table.c.id == given.c.id)
        .values({c.name: given.c[c.name] for c in table.columns if c.name not in kept})
        .returning(
            table.c.id.label("subject"),
            table.c.version,
            given.c.diff,
            given.c.owner_before.label("owner"),
            given.c.department_before.label("department"),
        )
        .cte("made")
    )
    told = entries(FEED, made, f"{CALLS.name}.updated")
    return Statement(select(func.count()).select_from(made).add_cte(*told), unguarded=WRITING)


CHANGE = _changing()
