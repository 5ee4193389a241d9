"""Settling with the rows that all gateways share: tokens given back, tokens taken."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy import ARRAY, Double, Float, Integer, Uuid, bindparam, cast, column, func, select, update
from sqlalchemy.dialects.postgresql import insert

from gateway.limits import WINDOW_S
from gateway.rates.models import Spending
from shared.statements import Statement


class Wish(NamedTuple):
    """What a gateway asks of one client's row; tokens."""

    client: UUID
    rate: int
    given_back: int
    wanted: int


class Grant(NamedTuple):
    """What it gets, and what the row holds after that; tokens."""

    taken: int
    left: float


_GIVEN = (
    func.unnest(
        bindparam("clients", type_=ARRAY(Uuid)),
        bindparam("rates", type_=ARRAY(Double)),
        bindparam("given_back", type_=ARRAY(Double)),
        bindparam("wanted", type_=ARRAY(Double)),
    )
    .table_valued(column("client", Uuid), column("rate", Double), "back", "wanted", name="given")
    .render_derived()
)
_NOW = cast(func.extract("epoch", func.clock_timestamp()), Float(53))
# Locked in the order of ids: another gateway settles the same rows at the same time.
_ROWS = (
    select(
        Spending.client_id,
        _GIVEN.c.rate,
        _GIVEN.c.wanted,
        _NOW.label("now"),
        func.greatest(Spending.spent_to - _GIVEN.c.back / _GIVEN.c.rate, _NOW - WINDOW_S).label("spent_to"),
    )
    .join(_GIVEN, _GIVEN.c.client == Spending.client_id)
    .order_by(Spending.client_id)
    .with_for_update(of=Spending)
    .cte("rows")
)
_HOLDING = select(
    _ROWS, func.greatest((_ROWS.c.now - _ROWS.c.spent_to) * _ROWS.c.rate, 0.0).label("tokens")
).cte("holding")
# Half of what is there, so that other gateways find some; the last token to whoever asks.
_HALF = func.ceil(func.floor(_HOLDING.c.tokens) / 2)
_TAKING = select(_HOLDING, func.least(_HOLDING.c.wanted, _HALF).label("taken")).cte("taking")
_SETTLE = Statement(
    update(Spending)
    .where(Spending.client_id == _TAKING.c.client_id)
    .values(spent_to=_TAKING.c.spent_to + _TAKING.c.taken / _TAKING.c.rate)
    .returning(
        Spending.client_id,
        cast(_TAKING.c.taken, Integer).label("taken"),
        (_TAKING.c.tokens - _TAKING.c.taken).label("left"),
    )
)
_ASKED = func.unnest(bindparam("clients", type_=ARRAY(Uuid)))
_OPEN = Statement(
    insert(Spending)
    .from_select(["client_id", "spent_to"], select(_ASKED, _NOW - WINDOW_S))
    .on_conflict_do_nothing()
)


async def settle(pool: asyncpg.Pool, wishes: Sequence[Wish]) -> Mapping[UUID, Grant]:
    """Give back and take, for many clients in one statement; a client without a row gets a full one."""
    clients, rates, back, wanted = (list(each) for each in zip(*wishes, strict=True))
    given = {"clients": clients, "rates": rates, "given_back": back, "wanted": wanted}
    rows = await _SETTLE.all(pool, **given)
    if len(rows) < len(wishes):
        await _OPEN.all(pool, clients=clients)
        rows = rows or await _SETTLE.all(pool, **given)
    return {row["client_id"]: Grant(row["taken"], row["left"]) for row in rows}
