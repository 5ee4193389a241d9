"""Marking the shared costs that something changed: they are weighed anew, others are not."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    Date,
    DateTime,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from services.interaction.costs.models import SharedCost
from services.interaction.costs.schemas import Among, Basis
from services.interaction.costs.shares import Weighing
from services.interaction.costs.weighing import ONE, text_of
from shared.statements import Runner, Statement

MARKING = "marks costs, whoever bears them"
NEVER = date.max


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What has changed: costs, the days of orders and contacts, and who there is.

    `orders_from`, `contacts_from`: any such day from that one on, when it is not known which. `everybody`:
    there are others than before; `somebody`: some mean others; `departments`: they have others.
    """

    costs: Collection[UUID] = ()
    order_days: Collection[date] = ()
    contact_days: Collection[date] = ()
    orders_from: date = NEVER
    contacts_from: date = NEVER
    everybody: bool = False
    somebody: bool = False
    departments: Collection[str] = ()


async def mark(on: Runner, changed: Changed) -> None:
    """Let the shared costs wait that this may share otherwise."""
    if any(getattr(changed, each.name) not in (each.default, set(), []) for each in fields(changed)):
        await _MARK.value(on, **{each.name: _listed(getattr(changed, each.name)) for each in fields(changed)})


async def mark_all(on: Runner) -> None:
    """Let every shared cost wait: nobody knows what has changed."""
    await _MARK_ALL.value(on)


def _listed(value: object) -> object:
    return list(value) if isinstance(value, (set, tuple, frozenset)) else value


def _dates(name: str) -> Any:  # noqa: ANN401 - a table-valued function
    return func.unnest(bindparam(name, type_=ARRAY(Date))).column_valued(name)


def _falls(name: str) -> Any:  # noqa: ANN401 - a condition
    day = _dates(name)
    return select(ONE).where(day.between(SharedCost.first_day, SharedCost.last_day)).exists()


def _since(name: str) -> Any:  # noqa: ANN401 - a condition
    return SharedCost.last_day >= bindparam(name, type_=Date)


_of_orders = or_(SharedCost.basis == text_of(Basis.REVENUE), SharedCost.among == text_of(Among.REGION))
_concerned = or_(
    SharedCost.id == any_(bindparam("costs", type_=ARRAY(Uuid))),
    and_(_of_orders, or_(_falls("order_days"), _since("orders_from"))),
    and_(
        SharedCost.basis == text_of(Basis.INTERACTIONS), or_(_falls("contact_days"), _since("contacts_from"))
    ),
    and_(
        SharedCost.basis == text_of(Basis.EQUAL),
        SharedCost.among == text_of(Among.ALL),
        bindparam("everybody", type_=Boolean),
    ),
    and_(SharedCost.basis == text_of(Basis.WEIGHT), bindparam("somebody", type_=Boolean)),
    and_(
        SharedCost.among == text_of(Among.DEPARTMENT),
        SharedCost.name == any_(bindparam("departments", type_=ARRAY(Text))),
    ),
)
_now = func.clock_timestamp(type_=DateTime(timezone=True))


def _marking(*conditions: Any) -> Statement:  # noqa: ANN401 - conditions
    """Mark costs in the order of their ids; those that waited already wait since then."""
    chosen = select(SharedCost.id, func.gen_random_uuid(), _now).where(*conditions).order_by(SharedCost.id)
    given = insert(Weighing).from_select(["cost_id", "id", "marked_at"], chosen)
    waited = Weighing.marked > Weighing.weighed
    return Statement(
        given.on_conflict_do_update(
            index_elements=[Weighing.cost_id],
            set_={
                "marked": Weighing.marked + ONE,
                "marked_at": case((waited, Weighing.marked_at), else_=given.excluded.marked_at),
            },
        )
    )


_MARK, _MARK_ALL = _marking(_concerned), _marking()
