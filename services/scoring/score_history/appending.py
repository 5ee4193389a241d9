"""Owns when a version of a score is worth keeping, and keeps it: within the statement that writes it."""

from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    DateTime,
    Float,
    Integer,
    bindparam,
    cast,
    func,
    insert,
    literal_column,
    or_,
    select,
)

from services.scoring.score_history.models import Said, ScoreHistory

MOVED = 0.05  # of the value that was kept last
_COLUMNS = ("customer_id", "version", "deleted", *Said.__annotations__)
_PLACED = ("tier", "recency_class", "frequency_class", "money_class")
_COUNTED = ("purchase_days", "realized", "first_day", "last_day", "repeat_days", "parameter_group")
_MONEY = ("repeat_money", "cost", "costed")
_ONE = literal_column("1", Integer)


def appending(written: CTE) -> CTE:
    """Return the part of a statement that keeps those of the written scores that `keeps` says are worth it.

    They were computed from what had been told by :known_at.
    """
    told = [written.c[name] for name in _COLUMNS]
    known_at = bindparam("known_at", type_=DateTime(timezone=True))
    rows = select(*told, known_at).where(written.c.keeps)
    return insert(ScoreHistory).from_select([*_COLUMNS, "written_at"], rows).cte("appended")


def worth_keeping(held: Any, new: Any) -> ColumnElement[bool]:  # noqa: ANN401 - the columns of two scores
    """Tell whether a score says something else than its newest row of history, or a month has ended since.

    Something else is: other statistics, another tier, class or group, a prediction where there was none or
    none any more, an earlier day (of a pinned run), or a value that moved by more than MOVED.
    """
    other = (held[name].is_distinct_from(new[name]) for name in (*_PLACED, *_COUNTED, *_MONEY))
    moved = func.abs(new.value - held.kept_value) > literal_column(f"{MOVED}::float8", Float) * func.abs(
        held.kept_value
    )
    return or_(
        held.deleted,
        held.kept_as_of.is_(None),
        held.kept_as_of > new.as_of,
        held.kept_as_of < _month_end(new.as_of),
        moved,
        *other,
        held.p_alive.is_(None) != new.p_alive.is_(None),
    )


def _month_end(day: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the last end of a month on or before a day."""
    month = func.date_trunc(literal_column("'month'"), day + _ONE)
    return cast(month, Date) - _ONE
