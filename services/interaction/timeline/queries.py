"""The query behind a timeline: every kind of fact, of every id that means the customer, in one order."""

from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Select,
    Text,
    Uuid,
    bindparam,
    literal_column,
    null,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased

from services.interaction.identities.models import Identity
from services.interaction.records.kinds import Kind
from services.interaction.timeline.kinds import KINDS, summary
from shared.statements import Visible, json_object, visible

# The ids under which facts of the customer are kept; mostly one.
OTHERS = aliased(Identity, name="others")


@cache
def timeline(kinds: frozenset[str], *, channel: bool, further: bool) -> Visible:
    """Return the query for these kinds, of interactions in one channel only, for the first or a further page.

    Its parameters are `of` (any id of the customer), `limit`, for a channel `channel`, and for a further page
    `last_occurred_at` and `last_id`. Each kind is read by its index, in the order of the page and no further
    than the page needs, so that a page costs the same wherever it lies.
    """
    parts = [_part(KINDS[name], channel=channel, further=further) for name in sorted(kinds)]
    limit = bindparam("limit", type_=Integer)
    unseen = select(limit).scalar_subquery()
    parts = [part.limit(unseen) for part in parts]
    newest: ColumnElement[Any] = literal_column("occurred_at desc, id desc")
    merged = union_all(*parts).order_by(newest) if len(parts) > 1 else parts[0]
    facts = merged.limit(limit).lateral("facts")
    query = (
        select(facts.c.item.label("data"), facts.c.occurred_at, facts.c.id)
        .select_from(Identity)
        .join(OTHERS, OTHERS.current_id == Identity.current_id)
        .join(facts, true())
        .where(Identity.original_id == bindparam("of", type_=Uuid), ~Identity.deleted)
        .order_by(facts.c.occurred_at.desc(), facts.c.id.desc())
        .limit(limit)
    )
    return visible(query, Identity)


def _part(kind: Kind, *, channel: bool, further: bool) -> Select[Any]:
    t: Any = kind.model
    contact = kind.name == "interaction"
    item = json_object(
        id=t.id,
        kind=literal_column(f"'{kind.name}'"),
        occurred_at=t.occurred_at,
        channel=t.channel if contact else null(),
        direction=t.direction if contact else null(),
        summary=summary(kind, t),
        data=kind.rendering(t, OTHERS),
    )
    part = select(t.occurred_at, t.id, item.label("item")).where(t.customer_id == OTHERS.original_id)
    if channel:
        part = part.where(t.channel == bindparam("channel", type_=Text))
    if further:
        last = tuple_(
            bindparam("last_occurred_at", type_=DateTime(timezone=True)), bindparam("last_id", type_=Uuid)
        )
        part = part.where(tuple_(t.occurred_at, t.id) < last)
    return part.order_by(t.occurred_at.desc(), t.id.desc()).correlate(OTHERS)
