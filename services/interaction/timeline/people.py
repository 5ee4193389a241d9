"""The timeline of an organization with its people: what passed with them while they worked there."""

from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Select,
    Text,
    Uuid,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased

from services.interaction.employments.models import Employment
from services.interaction.identities.models import Identity
from services.interaction.timeline.kinds import TOLD, Told
from services.interaction.timeline.queries import Shape, behind, in_order, item, narrowed
from shared.auth import Visibility
from shared.statements import Visible, visible

_ASKED, _ORGANIZATION, _WORKER, _PERSON, _OWN = (
    aliased(Identity, name=name) for name in ("asked", "organization", "worker", "person", "own")
)
_TIME = DateTime(timezone=True)
_EVER: ColumnElement[Any] = cast(literal_column("'-infinity'"), _TIME)
_NEVER: ColumnElement[Any] = cast(literal_column("'infinity'"), _TIME)
_LIMIT = bindparam("limit", type_=Integer)


@lru_cache(maxsize=256)
def with_people(shape: Shape, visibility: Visibility) -> Visible:
    """Return the query of a page, with the parameters of `timeline`, for who sees the organization.

    Of people whom the reader does not see nothing is shown. First the keys of the page are found in the
    indexes, of each id that somebody's facts are kept under; then only those facts are read.
    """
    kept = _kept(visibility)
    parts = [_keys(TOLD[name], shape, kept) for name in sorted(shape.kinds)]
    merged = union_all(*parts).order_by(*in_order(shape)) if len(parts) > 1 else parts[0]
    each = merged.limit(select(_LIMIT).scalar_subquery()).lateral("each")
    page = (
        select(each)
        .select_from(kept)
        .join(each, true())
        .order_by(*in_order(shape, each.c))
        .limit(_LIMIT)
        .cte("page")
    )
    shown = case(
        *(
            (page.c.kind == literal_column(f"'{name}'"), _shown(TOLD[name], page))
            for name in sorted(shape.kinds)
        )
    )
    query = (
        select(shown.label("data"), page.c.occurred_at, page.c.id)
        .select_from(page)
        .join(Identity, Identity.original_id == page.c.customer_id)
        .order_by(*in_order(shape, page.c))
    )
    return visible(query, Identity)


def _kept(visibility: Visibility) -> Any:  # noqa: ANN401 - a FROM clause
    """Select the ids that facts of the organization and its people are kept under, from when to when."""
    its = (
        select(_OWN.original_id, _EVER.label("since"), _NEVER.label("until"))
        .select_from(_ASKED)
        .join(_OWN, _OWN.current_id == _ASKED.current_id)
        .where(_ASKED.original_id == bindparam("of", type_=Uuid), ~_ASKED.deleted)
    )
    midnight = func.timezone(
        literal_column("'UTC'"), cast(Employment.valid_to + literal_column("1", Integer), DateTime)
    )
    theirs = (
        select(
            _PERSON.original_id,
            func.min(
                func.coalesce(
                    func.timezone(literal_column("'UTC'"), cast(Employment.valid_from, DateTime)), _EVER
                )
            ),
            func.max(func.coalesce(midnight, _NEVER)),
        )
        .select_from(_ASKED)
        .join(_ORGANIZATION, _ORGANIZATION.current_id == _ASKED.current_id)
        .join(Employment, Employment.organization_id == _ORGANIZATION.original_id)
        .join(_WORKER, _WORKER.original_id == Employment.person_id)
        .join(_PERSON, _PERSON.current_id == _WORKER.current_id)
        .where(
            _ASKED.original_id == bindparam("of", type_=Uuid),
            ~_PERSON.deleted,
            _PERSON.current_id != _ASKED.current_id,
        )
        .group_by(_PERSON.original_id)
    )
    if visibility is not Visibility.ALL:
        theirs = theirs.where(_PERSON.visible_to(visibility))
    return union_all(its, theirs).subquery("kept")


def _keys(told: Told, shape: Shape, kept: Any) -> Select[Any]:  # noqa: ANN401 - a FROM clause
    t: Any = told.kind.model
    kind = literal_column(f"'{told.kind.name}'", Text).label("kind")
    found = select(t.occurred_at, t.id, t.customer_id, kind).where(
        t.customer_id == kept.c.original_id,
        t.occurred_at >= kept.c.since,
        t.occurred_at < kept.c.until,
        *behind(t, shape),
        *narrowed(told, shape.filters),
    )
    found = found.order_by(*in_order(shape, t)).limit(select(_LIMIT).scalar_subquery())
    return found.correlate(kept)


def _shown(told: Told, page: Any) -> Any:  # noqa: ANN401 - a CTE, and a scalar
    t: Any = told.kind.model
    same = (t.customer_id == page.c.customer_id, t.id == page.c.id)
    return select(item(told, Identity)).where(*same).correlate(page, Identity).scalar_subquery()
