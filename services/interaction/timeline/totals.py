"""How much passed between a customer and the firm: counts by month, kind and channel."""

from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Select,
    Text,
    Uuid,
    bindparam,
    func,
    literal_column,
    select,
    true,
    union_all,
)

from services.interaction.identities.models import Identity
from services.interaction.timeline.kinds import TOLD, Told
from services.interaction.timeline.queries import OTHERS, narrowed
from shared.statements import Visible, json_object, visible


@lru_cache(maxsize=128)
def totals(kinds: frozenset[str], filters: frozenset[str]) -> Visible:
    """Return the query of the totals, the newest month first; months are those of UTC.

    Its parameters are `of` (any id of the customer) and those of the filters. It reads the indexes in which a
    timeline is found, never the facts themselves.
    """
    facts = union_all(*(_part(TOLD[name], filters) for name in sorted(kinds))).lateral("facts")
    month, by_direction = facts.c.month, facts.c.direction
    counts = json_object(
        month=func.to_char(month, literal_column("'YYYY-MM'")),
        kind=facts.c.kind,
        channel=facts.c.channel,
        count=func.count(),
        inbound=func.count().filter(by_direction == literal_column("'inbound'")),
        outbound=func.count().filter(by_direction == literal_column("'outbound'")),
    )
    query = (
        select(counts.label("data"))
        .select_from(Identity)
        .join(OTHERS, OTHERS.current_id == Identity.current_id)
        .join(facts, true())
        .where(Identity.original_id == bindparam("of", type_=Uuid), ~Identity.deleted)
        .group_by(month, facts.c.kind, facts.c.channel)
        .order_by(month.desc(), facts.c.kind, facts.c.channel)
    )
    return visible(query, Identity)


def _part(told: Told, filters: frozenset[str]) -> Select[Any]:
    t: Any = told.kind.model
    moment = func.timezone(literal_column("'UTC'"), t.occurred_at)
    found = select(
        literal_column(f"'{told.kind.name}'", Text).label("kind"),
        func.date_trunc(literal_column("'month'"), moment).label("month"),
        told.channel(t).label("channel"),
        told.direction(t).label("direction"),
    )
    return found.where(t.customer_id == OTHERS.original_id, *narrowed(told, filters)).correlate(OTHERS)
