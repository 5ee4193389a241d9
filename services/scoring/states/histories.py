"""Reading histories: what customers had bought by a day, for a whole base or for a few."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
from asyncpg.pool import PoolConnectionProxy
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    Float,
    Integer,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from services.scoring.facts.models import Fact, Kind, Mark
from services.scoring.identities.models import COMPUTED, ExternalName, Identity
from services.scoring.states.history import DTYPE, READ, History
from services.scoring.states.models import State
from services.scoring.states.queries import CURRENCY, UNTIL, recount
from shared.statements import Runner, Statement

_HEADER, _TRAILER = (
    19,
    2,
)  # bytes around the rows of a binary COPY (PostgreSQL documentation, COPY, File Formats)
_PACKED = np.dtype(
    [("fields", ">i2")]
    + [
        part
        for name in READ.names or ()
        for part in ((f"{name}_size", ">i4"), (name, READ[name].newbyteorder(">")))
    ]
)
_patience = (literal_column("'10min'", Text), literal_column("true", Boolean))
PATIENT = Statement(
    select(
        func.set_config(literal_column("'statement_timeout'"), *_patience),
        func.set_config(literal_column("'idle_in_transaction_session_timeout'"), *_patience),
    )
)
_IDS = bindparam("ids", type_=ARRAY(Uuid))
_SYSTEM: ColumnElement[str] = bindparam("identity_system", type_=Text)
_ZERO, _ONE = literal_column("0", Integer), literal_column("1", Integer)


async def of_everybody(
    connection: PoolConnectionProxy,
    *,
    until: date,
    currency: str,
    identity_system: str | None = None,
) -> History:
    """Return the history of every customer with a purchase by `until`, in the order of their ids.

    States are read of those who have one id, have bought nothing since, and are counted in this currency; the
    others are counted from their facts.
    """
    statement = _BASE[identity_system is not None]
    given = {"until": until, "currency": currency, "identity_system": identity_system}
    raw = bytearray()

    async def keep(data: bytes) -> None:
        raw.extend(data)

    await connection.copy_from_query(
        statement.sql, *statement.arguments(given), output=keep, format="binary", timeout=600
    )
    packed = np.frombuffer(
        raw, _PACKED, offset=_HEADER, count=(len(raw) - _HEADER - _TRAILER) // _PACKED.itemsize
    )
    found = np.zeros(len(packed), DTYPE)
    for name in READ.names or ():
        found[name] = packed[name]
    return found


async def of_some(on: Runner, ids: Sequence[UUID], *, until: date, currency: str) -> History:
    """Return the histories of these customers (current ids) that have a purchase by `until`."""
    rows = await _SOME.all(on, ids=ids, until=until, currency=currency)
    found = np.empty(len(rows), DTYPE)
    for at, row in enumerate(rows):
        found[at] = (row[0].bytes, *tuple(row)[1:], 0)
    return found


def _columns(of: Any, after: ColumnElement[Any]) -> list[ColumnElement[Any]]:  # noqa: ANN401 - columns like State's
    """Return the columns of a history, in the order and the widths of READ."""
    start = literal_column("date '1970-01-01'", Date)
    days = [cast(of[name] - start, BigInteger) for name in ("first_day", "last_day")]
    counts = [cast(of[name], BigInteger) for name in ("days", "orders", "priced_orders", "repeat_days")]
    money = [cast(of[name], Float) for name in ("money", "repeat_money", "cost", "costed")]
    return [of.customer_id, *days, *counts, *money, cast(after, BigInteger).label("facts_after")]


_Current = aliased(Identity)
BELONGS = (  # a fact to the customer that its id means now
    Identity.original_id == Fact.customer_id,
    ~Identity.deleted,
    _Current.original_id == Identity.current_id,
    ~_Current.deleted,
    ~_Current.provisional,
)


def _counted(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Count the facts of current customers up to the day over all their ids, and their purchases after it."""
    within = (*BELONGS, Fact.day <= UNTIL, *conditions)
    counted = recount(Identity.current_id, *within, until=UNTIL).subquery("counted")
    after = _after(*conditions).subquery("after")
    return (
        select(*_columns(counted.c, func.coalesce(after.c.purchases, _ZERO)))
        .join_from(counted, after, after.c.customer_id == counted.c.customer_id, isouter=True)
        .where(counted.c.days > _ZERO)
    )


def _after(*conditions: ColumnElement[bool]) -> Any:  # noqa: ANN401 - a select of these two
    order = Fact.kind == literal_column(f"'{Kind.ORDER}'", Text)
    return (
        select(Identity.current_id.label("customer_id"), func.count().label("purchases"))
        .where(*BELONGS, Fact.counts, order, Fact.day > UNTIL, *conditions)
        .group_by(Identity.current_id)
    )


def _base(*, narrowed: bool) -> Statement:
    among = (_named(Identity.current_id),) if narrowed else ()
    direct = _direct(narrowed=narrowed).cte("direct")
    held = select(Identity.current_id).distinct().where(Identity.original_id == State.customer_id)
    rest = held.where(~select(_ONE).where(direct.c.customer_id == Identity.current_id).exists()).cte("rest")
    counted = _counted(Identity.current_id.in_(select(rest.c.current_id)), *among)
    return _exported(union_all(select(direct), counted))


def _direct(*, narrowed: bool) -> Select[Any]:
    """Read the states that are their customers' whole history."""
    other = aliased(Identity)
    others = select(_ONE).where(other.current_id == State.customer_id, other.original_id != other.current_id)
    among = (_named(State.customer_id),) if narrowed else ()
    return select(*_columns(State.__table__.c, _ZERO)).where(
        Identity.original_id == State.customer_id,
        Identity.current_id == State.customer_id,
        ~Identity.deleted,
        ~Identity.provisional,
        State.currency == CURRENCY,
        State.through <= UNTIL,
        State.days > _ZERO,
        ~others.exists(),
        ~select(_ONE).where(Mark.customer_id == State.customer_id, Mark.rebuild).exists(),
        *among,
    )


def _named(customer: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a column
    return select(_ONE).where(ExternalName.customer_id == customer, ExternalName.system == _SYSTEM).exists()


def _exported(rows: Any) -> Statement:  # noqa: ANN401 - a select or a union
    found = rows.subquery("found")
    return Statement(select(found).order_by(found.c.customer_id), unguarded=COMPUTED)


_BASE = {narrowed: _base(narrowed=narrowed) for narrowed in (False, True)}
_SOME = Statement(_counted(Identity.current_id == any_(_IDS)), unguarded=COMPUTED)
AFTER = Statement(_after(Identity.current_id == any_(_IDS)), unguarded=COMPUTED)
