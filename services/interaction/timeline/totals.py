"""How much passed between a customer and the firm: counts by month, kind and channel."""

from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    true,
    union_all,
)
from sqlalchemy.sql.selectable import LateralFromClause

from services.interaction.identities.models import Identity
from services.interaction.timeline.kinds import TOLD, Told
from services.interaction.timeline.queries import OTHERS, narrowed
from shared.statements import Visible, json_object, visible

_A_DAY: ColumnElement[Any] = literal_column("interval '1 day'")
_MIDNIGHT: ColumnElement[Any] = literal_column("timestamptz '2000-01-01T00:00:00Z'")


@lru_cache(maxsize=128)
def totals(kinds: frozenset[str], filters: frozenset[str]) -> Visible:
    """Return the query of the totals, the newest month first; months are those of UTC.

    Its parameters are `of` (any id of the customer) and those of the filters. It reads the indexes in which a
    timeline is found, never the facts themselves.
    """
    facts = _days(kinds, filters)
    month = func.date_trunc(literal_column("'month'"), func.timezone(literal_column("'UTC'"), facts.c.day))
    counts = json_object(
        month=func.to_char(month, literal_column("'YYYY-MM'")),
        kind=facts.c.kind,
        channel=facts.c.channel,
        count=cast(func.sum(facts.c.count), BigInteger),
        inbound=_one_way(facts.c, "inbound"),
        outbound=_one_way(facts.c, "outbound"),
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


def _days(kinds: frozenset[str], filters: frozenset[str]) -> LateralFromClause:
    """Select the counts by day, kind, channel and direction.

    The day of a fact costs little to tell, and days are few: the month is told of them. So no facts are
    sorted, however few of them the planner expects.
    """
    each = union_all(*(_part(TOLD[name], filters) for name in sorted(kinds))).lateral("each").c
    by = (each.day, each.kind, each.channel, each.direction)
    return select(*by, func.count().label("count")).group_by(*by).correlate(OTHERS).lateral("facts")


def _part(told: Told, filters: frozenset[str]) -> Select[Any]:
    t: Any = told.kind.model
    found = select(
        literal_column(f"'{told.kind.name}'", Text).label("kind"),
        func.date_bin(_A_DAY, t.occurred_at, _MIDNIGHT).label("day"),
        told.channel(t).label("channel"),
        told.direction(t).label("direction"),
    )
    return found.where(t.customer_id == OTHERS.original_id, *narrowed(told, filters)).correlate(OTHERS)


def _one_way(facts: Any, direction: str) -> ColumnElement[int]:  # noqa: ANN401 - the columns of a FROM clause
    counts = func.sum(facts.count).filter(facts.direction == literal_column(f"'{direction}'"))
    return cast(func.coalesce(counts, literal_column("0")), BigInteger)
