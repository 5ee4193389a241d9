"""The query behind a timeline: every kind of fact, of every id that means the customer, in one order."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    cast,
    literal_column,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased

from services.interaction.identities.models import Identity
from services.interaction.timeline.kinds import TOLD, Told
from services.interaction.timeline.narrowing import OF_CONTACTS
from shared.statements import Visible, json_object, visible

# The ids under which facts of the customer are kept; mostly one.
OTHERS = aliased(Identity, name="others")
TIME = DateTime(timezone=True)
NO_FILTERS = frozenset[str]()
_LAST = tuple_(bindparam("last_occurred_at", type_=TIME), bindparam("last_id", type_=Uuid))


@dataclass(frozen=True, slots=True)
class Shape:
    """What makes one query differ from another: kinds, filters in use, which page, and the way it is read."""

    kinds: frozenset[str]
    filters: frozenset[str] = NO_FILTERS
    further: bool = False
    ascending: bool = False


@lru_cache(maxsize=512)
def timeline(shape: Shape) -> Visible:
    """Return the query of a page.

    Its parameters are `of` (any id of the customer), `limit`, those of the filters, and for a further page
    `last_occurred_at` and `last_id`. Each kind is read by its index, in the order of the page and no further
    than the page needs, so that a page costs the same wherever it lies.
    """
    parts = [_part(TOLD[name], shape) for name in sorted(shape.kinds)]
    limit = bindparam("limit", type_=Integer)
    merged = union_all(*parts).order_by(*in_order(shape)) if len(parts) > 1 else parts[0]
    facts = merged.limit(limit).lateral("facts")
    query = (
        select(facts.c.item.label("data"), facts.c.occurred_at, facts.c.id)
        .select_from(Identity)
        .join(OTHERS, OTHERS.current_id == Identity.current_id)
        .join(facts, true())
        .where(Identity.original_id == bindparam("of", type_=Uuid), ~Identity.deleted)
        .order_by(*in_order(shape, facts.c))
        .limit(limit)
    )
    return visible(query, Identity)


def narrowed(told: Told, filters: frozenset[str]) -> list[ColumnElement[bool]]:
    """Return the conditions on facts of one kind: those of the filters in use, and the kind's own."""
    t: Any = told.kind.model
    conditions: list[ColumnElement[bool]] = [] if told.only is None else [told.only(t)]
    if "channels" in filters:
        conditions.append(told.channel(t) == any_(bindparam("channels", type_=ARRAY(Text))))
    if "direction" in filters:
        conditions.append(told.direction(t) == bindparam("direction", type_=Text))
    if "purpose" in filters:
        conditions.append(told.purpose(t) == bindparam("purpose", type_=Text))
    if "persons" in filters:
        any_of_them = cast(bindparam("persons", type_=ARRAY(Text)), ARRAY(JSONB))
        conditions.append(told.participants(t).bool_op("@>")(any_(any_of_them)))
    if "span" in filters:
        conditions.append(t.occurred_at >= bindparam("since", type_=TIME))
        conditions.append(t.occurred_at < bindparam("until", type_=TIME))
    return conditions


def behind(t: Any, shape: Shape) -> list[ColumnElement[bool]]:  # noqa: ANN401 - a model
    """Return the condition of a further page."""
    place = tuple_(t.occurred_at, t.id)
    return [place > _LAST if shape.ascending else place < _LAST] if shape.further else []


def _part(told: Told, shape: Shape) -> Select[Any]:
    """Select the page's facts of one kind; of contacts the index alone tells which a filter lets through."""
    t: Any = told.kind.model
    keys, shown = _of_page(told, shape), item(told, OTHERS).label("item")
    if not shape.filters & OF_CONTACTS:
        return keys.add_columns(shown)
    found = keys.add_columns(t.customer_id).lateral(f"found_{told.kind.name}")
    same = and_(t.customer_id == found.c.customer_id, t.id == found.c.id)
    return select(found.c.occurred_at, found.c.id, shown).select_from(found).join(t, same)


def _of_page(told: Told, shape: Shape) -> Select[Any]:
    t: Any = told.kind.model
    found = select(t.occurred_at, t.id).where(t.customer_id == OTHERS.original_id)
    found = found.where(*behind(t, shape), *narrowed(told, shape.filters))
    found = found.order_by(*in_order(shape, t))
    unseen = select(bindparam("limit", type_=Integer)).scalar_subquery()
    return found.limit(unseen).correlate(OTHERS)


def item(told: Told, who: Any) -> ColumnElement[Any]:  # noqa: ANN401 - the identity of the fact's customer
    """Render a fact on a timeline."""
    t: Any = told.kind.model
    return json_object(
        id=t.id,
        kind=literal_column(f"'{told.kind.name}'"),
        occurred_at=t.occurred_at,
        channel=told.channel(t),
        direction=told.direction(t),
        summary=told.summary(t),
        data=told.kind.rendering(t, who),
    )


def in_order(shape: Shape, t: Any = None) -> list[ColumnElement[Any]]:  # noqa: ANN401 - a model, or columns
    """Order by time and id; without a table by the names of the columns."""
    names = ("occurred_at", "id")
    columns: list[Any] = [literal_column(name) if t is None else getattr(t, name) for name in names]
    return [column.asc() if shape.ascending else column.desc() for column in columns]
