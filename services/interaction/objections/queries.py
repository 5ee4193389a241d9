"""Counting which methods were tried on which objections."""

from typing import Any

from sqlalchemy import (
    Boolean,
    Date,
    DateTime,
    Text,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    null,
    select,
    true,
)

from services.interaction.objections.models import Objection
from shared.statements import Visible, visible


def _counted(*, by_personality: bool) -> Visible:
    """Count attempts on objections raised on the days from `since` until `until`, in UTC, both included."""
    tried = (
        func.jsonb_to_recordset(Objection.attempts)
        .table_valued(column("method", Text), column("worked", Boolean))
        .render_derived(name="tried", with_types=True)
    )
    personality: Any = Objection.personality if by_personality else cast(null(), Text)
    keys = (Objection.kind, *([Objection.personality] if by_personality else []), tried.c.method)
    first, last = (cast(bindparam(name, type_=Date), DateTime(timezone=True)) for name in ("since", "until"))
    end = last + literal_column("interval '1 day'")
    return visible(
        select(
            Objection.kind,
            personality.label("personality"),
            tried.c.method,
            func.count().label("tried"),
            func.count().filter(tried.c.worked).label("worked"),
            func.count().filter(~tried.c.worked).label("failed"),
            func.count().filter(tried.c.worked.is_(None)).label("unknown"),
        )
        .join(tried, true())
        .where(Objection.occurred_at >= first, Objection.occurred_at < end)
        .group_by(*keys),
        Objection,
        clear="counts of methods; personality only for those who may read personal data",
    )


COUNTED = {wanted: _counted(by_personality=wanted) for wanted in (False, True)}
