"""Following interaction's exchange rates, and marking everybody whose money they change."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from asyncpg import Record
from sqlalchemy import (
    ARRAY,
    Date,
    Integer,
    Numeric,
    Text,
    Uuid,
    any_,
    bindparam,
    delete,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import insert

from services.scoring.facts.actions import mark
from services.scoring.facts.models import Fact
from services.scoring.rates.models import Rate
from shared.database import Transaction
from shared.statements import Statement


@dataclass(frozen=True, slots=True)
class Told:
    """A rate as it is stored; the fields are the columns."""

    id: UUID
    generation: int
    version: int
    base: str
    quote: str
    day: date
    rate: Decimal

    @classmethod
    def read(cls, subject: UUID, at: tuple[int, int], data: Mapping[str, Any]) -> Self:
        """Return the rate that a record states; `at` is its generation and version."""
        day, rate = date.fromisoformat(data["day"]), Decimal(data["rate"])
        return cls(subject, *at, data["base"], data["quote"], day, rate)


async def replace(tx: Transaction, told: Iterable[Told]) -> None:
    """Store rates that are newer than those held."""
    order = sorted(told, key=lambda each: (each.base, each.quote, each.day))
    if order:
        columns = {name: [getattr(each, name) for each in order] for name in _TYPES}
        await _mark(tx, await _REPLACE.all(tx.connection, **columns))


async def forget(tx: Transaction, ids: Sequence[UUID]) -> None:
    """Forget rates that are no more."""
    if ids:
        await _mark(tx, await _FORGET.all(tx.connection, ids=ids))


async def sweep(tx: Transaction, generation: int) -> None:
    """Forget rates that only earlier generations told of; those set here before interaction had them stay."""
    await _mark(tx, await _SWEEP.all(tx.connection, generation=generation))


async def _mark(tx: Transaction, changed: Sequence[Record]) -> None:
    currencies = {row[name] for row in changed for name in ("base", "quote")}
    if currencies:
        rows = await _TOUCHED.all(tx.connection, currencies=sorted(currencies))
        await mark(tx, [UUID(int=row[0].int) for row in rows], rebuild=True)


_TYPES: Mapping[str, Any] = {
    "id": Uuid,
    "generation": Integer,
    "version": Integer,
    "base": Text,
    "quote": Text,
    "day": Date,
    "rate": Numeric,
}
_KEY = ("base", "quote", "day")
_rows = (
    func.unnest(*(bindparam(name, type_=ARRAY(kind)) for name, kind in _TYPES.items()))
    .table_valued(*_TYPES)
    .render_derived()
)
_given = insert(Rate).from_select([field.name for field in fields(Told)], select(_rows))
_REPLACE = Statement(
    _given.on_conflict_do_update(
        index_elements=list(_KEY),
        set_={name: _given.excluded[name] for name in _TYPES if name not in _KEY},
        where=or_(
            Rate.id.is_(None),
            tuple_(Rate.generation, Rate.version)
            < tuple_(_given.excluded.generation, _given.excluded.version),
        ),
    ).returning(Rate.base, Rate.quote)
)
_FORGET = Statement(
    delete(Rate).where(Rate.id == any_(bindparam("ids", type_=ARRAY(Uuid)))).returning(Rate.base, Rate.quote)
)
_SWEEP = Statement(
    delete(Rate)
    .where(Rate.id.is_not(None), Rate.generation < bindparam("generation", type_=Integer))
    .returning(Rate.base, Rate.quote)
)
_TOUCHED = Statement(
    select(Fact.customer_id)
    .where(Fact.currency == any_(bindparam("currencies", type_=ARRAY(Text))))
    .distinct()
)
