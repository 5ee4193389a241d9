"""Reading histories: what customers had bought by a day, for a whole base or for a few."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
from asyncpg import Record
from asyncpg.pool import PoolConnectionProxy
from numpy.typing import NDArray
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
    and_,
    any_,
    bindparam,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.orm import aliased

from services.scoring.copying import copied
from services.scoring.facts.models import Fact, Kind, Mark
from services.scoring.identities.models import COMPUTED, ExternalName, Identity
from services.scoring.states.history import DTYPE, READ, History
from services.scoring.states.models import State
from services.scoring.states.queries import CURRENCY, UNTIL, recount
from shared.statements import Runner, Statement

_HELD_DTYPE = np.dtype([*READ.descr, ("current_id", "V16"), ("whole", "i8")])
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
    narrowed = identity_system is not None
    given = {"until": until, "currency": currency, "identity_system": identity_system}
    found, rest = _parted(await copied(connection, _HELD[narrowed], given, _HELD_DTYPE))
    if not len(rest):
        return found
    both = np.concatenate([found, _histories(await copied(connection, _REST[narrowed], given, READ))])
    return np.asarray(both[np.argsort(_ids(both), kind="stable")])


async def of_some(on: Runner, ids: Sequence[UUID], *, until: date, currency: str) -> History:
    """Return the histories of these customers (current ids) that have a purchase by `until`."""
    held = await _HELD_SOME.all(on, ids=ids, until=until, currency=currency)
    found, rest = _parted(_rows(held, _HELD_DTYPE))
    if not len(rest):
        return found
    others = sorted({UUID(bytes=each.tobytes()) for each in rest})
    counted = await _SOME.all(on, ids=others, until=until, currency=currency)
    return np.concatenate([found, _histories(_rows(counted, READ))])


def _rows(records: Sequence[Record], kind: np.dtype[Any]) -> NDArray[np.void]:
    found = np.empty(len(records), kind)
    for name, column in zip(kind.names or (), zip(*records, strict=True), strict=False):
        ids = kind[name].kind == "V"
        found[name] = np.frombuffer(b"".join(id_.bytes for id_ in column), "V16") if ids else column
    return found


def _parted(held: NDArray[np.void]) -> tuple[History, NDArray[np.void]]:
    """Return the histories that are a state each, and the ids of the customers who have to be counted."""
    whole = held["whole"] == 1
    rest = held["current_id"][~whole]
    if len(rest):  # of who has several ids, none is the whole
        whole &= ~np.isin(_ids(held), np.ascontiguousarray(rest).view("S16"))
    return _histories(held, whole), rest


def _histories(rows: NDArray[np.void], those: NDArray[np.bool_] | slice = slice(None)) -> History:
    """Return some rows as histories, which nobody has put into a group yet."""
    found = np.zeros(len(rows["customer_id"][those]), DTYPE)
    for name in READ.names or ():
        found[name] = rows[name][those]
    return found


def _ids(rows: NDArray[np.void]) -> NDArray[np.bytes_]:
    return np.ascontiguousarray(rows["customer_id"]).view("S16")


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


def _held(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Read the states of ids, whose they are, and which are by themselves the history of their customer."""
    columns = _columns(State.__table__.c, _ZERO)
    days = [func.coalesce(day, cast(_ZERO, BigInteger)) for day in columns[1:3]]
    return (
        select(columns[0], *days, *columns[3:], Identity.current_id, cast(cast(_WHOLE, Integer), BigInteger))
        .join(Identity, Identity.original_id == State.customer_id)
        .outerjoin(Mark, and_(Mark.customer_id == State.customer_id, Mark.rebuild))
        .where(~Identity.deleted, *conditions)
    )


_WHOLE = func.coalesce(
    and_(
        Identity.current_id == State.customer_id,
        ~Identity.provisional,
        State.currency == CURRENCY,
        State.through <= UNTIL,
        State.days > _ZERO,
        Mark.customer_id.is_(None),
    ),
    literal_column("false", Boolean),
)


def _rest(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Count the facts of the customers whose history is not one state."""
    held = _held(~_WHOLE, *conditions).with_only_columns(Identity.current_id).distinct()
    rest = held.cte("rest")
    return _counted(Identity.current_id.in_(select(rest.c.current_id)))


def _named(customer: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a column
    return select(_ONE).where(ExternalName.customer_id == customer, ExternalName.system == _SYSTEM).exists()


_AMONG = {False: (), True: (_named(Identity.current_id),)}
_HELD = {
    narrowed: Statement(_held(*among).order_by(State.customer_id), unguarded=COMPUTED)
    for narrowed, among in _AMONG.items()
}
_REST = {narrowed: Statement(_rest(*among), unguarded=COMPUTED) for narrowed, among in _AMONG.items()}
_HELD_SOME = Statement(_held(Identity.current_id == any_(_IDS)), unguarded=COMPUTED)
_SOME = Statement(_counted(Identity.current_id == any_(_IDS)), unguarded=COMPUTED)
AFTER = Statement(_after(Identity.current_id == any_(_IDS)), unguarded=COMPUTED)
