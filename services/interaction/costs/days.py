"""The days on which orders were placed and contacts took place: of records, now and before, and under ids."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Date,
    DateTime,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    union,
)

from services.interaction.base import FEED
from services.interaction.costs.marks import MARKING
from services.interaction.costs.weighing import day_of
from services.interaction.interactions.models import Interaction
from services.interaction.orders.models import Order
from shared.statements import Runner, Statement

_SUBJECTS = bindparam("subjects", type_=ARRAY(Uuid))
_IDS = bindparam("ids", type_=ARRAY(Uuid))


async def days_under(on: Runner, ids: Collection[UUID]) -> tuple[set[date], set[date]]:
    """Return the days of the orders and of the contacts that are kept under these ids."""
    row = await _DAYS.one(on, ids=list(ids)) if ids else None
    return (set(row["ordered"]), set(row["met"])) if row else (set(), set())


async def days(on: Runner, of: Statement, subjects: Collection[UUID]) -> set[date]:
    """Return the days of these records; `of` is ORDERED or MET."""
    return {row["day"] for row in await of.all(on, subjects=list(subjects))} if subjects else set()


def _on(model: Any, told: str) -> Statement:  # noqa: ANN401 - a model of a fact
    """Select the days of facts, now and before; `told` is what their history calls the time."""
    now = select(day_of(model).label("day")).where(model.id == any_(_SUBJECTS))
    was = cast(FEED.history.c.diff[told]["from"].astext, DateTime(timezone=True))
    before = select(cast(func.timezone(literal_column("'UTC'", Text), was), Date)).where(
        FEED.history.c.subject == any_(_SUBJECTS), FEED.history.c.diff.has_key(told)
    )
    return Statement(union(now, before), unguarded=MARKING)


def _days_of(model: Any) -> Any:  # noqa: ANN401 - a scalar subquery
    days = select(day_of(model).label("day")).where(model.customer_id == any_(_IDS)).distinct().subquery()
    none = cast(literal_column("'{}'"), ARRAY(Date))
    return select(func.coalesce(func.array_agg(days.c.day), none)).scalar_subquery()


_DAYS = Statement(
    select(_days_of(Order).label("ordered"), _days_of(Interaction).label("met")), unguarded=MARKING
)
ORDERED, MET = _on(Order, "placed_at"), _on(Interaction, "occurred_at")
