"""Reading purchase days of many customers at once, in the shape that lifecycles are computed from."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import numpy as np
from asyncpg.pool import PoolConnectionProxy
from numpy.typing import NDArray
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Date,
    Double,
    Uuid,
    any_,
    bindparam,
    cast,
    literal_column,
    select,
)

from services.scoring.facts.models import Fact
from services.scoring.identities.models import COMPUTED, Identity
from services.scoring.lifecycle.categories import new_categories
from services.scoring.lifecycle.purchases import Floats, Purchases
from services.scoring.states.histories import BELONGS
from services.scoring.states.queries import UNTIL, ZERO, purchase_days
from shared.statements import Statement

_HEADER, _TRAILER = 19, 2  # bytes around the rows of a binary COPY (PostgreSQL documentation, File Formats)
_COLUMNS = {"customer_id": "V16", "day": ">i8", "money": ">f8", "cost": ">f8", "costed": ">f8"}
_PACKED = np.dtype(
    [("fields", ">i2")]
    + [part for name, kind in _COLUMNS.items() for part in ((f"{name}_size", ">i4"), (name, kind))]
)


async def purchases_of(
    on: PoolConnectionProxy, ids: Sequence[UUID], *, until: date, currency: str, margin: float | None
) -> Purchases:
    """Return what these customers (current ids) had bought by a day; their rows are in the order given.

    A day's margin is of its own orders where their costs are known, else at the firm's `margin` rate, else
    all that was spent.
    """
    raw = bytearray()

    async def keep(data: bytes) -> None:
        raw.extend(data)

    given = _DAYS.arguments({"ids": ids, "until": until, "currency": currency})
    await on.copy_from_query(_DAYS.sql, *given, output=keep, format="binary", timeout=600)
    size = (len(raw) - _HEADER - _TRAILER) // _PACKED.itemsize
    found = np.frombuffer(raw, _PACKED, offset=_HEADER, count=size)
    at = {id_.bytes: row for row, id_ in enumerate(ids)}
    row = np.array([at[one.tobytes()] for one in found["customer_id"]], np.int64)
    order = np.lexsort((found["day"], row))
    found, row = found[order], row[order]
    money = found["money"].astype(np.float64)
    earned = money * _rates(found, 1.0 if margin is None else margin)
    day = found["day"].astype(np.int64)
    new = await new_categories(on, ids, until, row=row, day=day)
    return Purchases(len(ids), row, day, money, earned, new)


def _rates(found: NDArray[np.void], margin: float) -> Floats:
    known = found["costed"] > 0
    return np.where(known, 1 - found["cost"] / np.where(known, found["costed"], 1), margin)


_ids = bindparam("ids", type_=ARRAY(Uuid))
_day = purchase_days(
    Identity.current_id, *BELONGS, Fact.day <= UNTIL, Identity.current_id == any_(_ids), until=UNTIL
)
_start = literal_column("date '1970-01-01'", Date)
_DAYS = Statement(
    select(
        _day.c.key,
        cast(_day.c.day - _start, BigInteger),
        *(cast(_day.c[name], Double) for name in ("money", "cost", "costed")),
    ).where(_day.c.orders > ZERO),
    unguarded=COMPUTED,
)
