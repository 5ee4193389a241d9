"""Adding to what groups of customers come to, or taking from it, what some customers stand for."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Text,
    Uuid,
    any_,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    true,
    values,
)
from sqlalchemy import column as named
from sqlalchemy.dialects.postgresql import insert

from services.scoring.costs.models import Share
from services.scoring.totals.models import (
    GROUPS,
    SUMS,
    CustomerMonths,
    GroupMonths,
    GroupShare,
    Place,
    SummedShares,
)
from shared.statements import Statement

IDS = bindparam("ids", type_=ARRAY(Uuid))
_SIGN: ColumnElement[int] = bindparam("sign", type_=Integer)
_ZERO = literal_column("0", Integer)
_MONTHS = ("first_month", "last_month", "currency")


def _groups() -> Any:  # noqa: ANN401 - a lateral
    """Return the groups of a place, a row each."""
    rows: list[tuple[Any, ...]] = [
        (literal_column(str(at)), getattr(Place, name)) for at, name in enumerate(GROUPS)
    ]
    told = values(named("dimension", Integer), named("key", Text), name="its")
    return told.data(rows).lateral()


def _months() -> Statement:
    """Add `:sign` times what the customers `:ids` brought and cost to that of their groups."""
    its, of = _groups(), CustomerMonths
    keys = (its.c.dimension, its.c.key, *(getattr(of, name) for name in _MONTHS))
    sums = {name: func.sum(getattr(of, name)) * _SIGN for name in SUMS} | {"rows": func.count() * _SIGN}
    counted = (
        select(*keys, *(each.label(name) for name, each in sums.items()))
        .join_from(of, Place, Place.original_id == of.customer_id)
        .join(its, true())
        .where(of.customer_id == any_(IDS))
        .group_by(*keys)
        .order_by(*keys)
    )
    given = insert(GroupMonths).from_select(["dimension", "key", *_MONTHS, *SUMS, "rows"], counted)
    changed = {name: getattr(GroupMonths, name) + given.excluded[name] for name in (*SUMS, "rows")}
    return Statement(given.on_conflict_do_update(index_elements=_key(GroupMonths), set_=changed))


def _key(of: Any) -> list[str]:  # noqa: ANN401 - a model
    return [column.key for column in of.__table__.primary_key]


def _shares(*conditions: ColumnElement[bool], sign: Any) -> Any:  # noqa: ANN401 - an insert, a number
    its = _groups()
    keys = (Share.held, its.c.dimension, its.c.key)
    counted = (
        select(*keys, func.sum(Share.units) * sign)
        .join_from(Share, Place, Place.original_id == Share.customer_id)
        .join(its, true())
        .where(*conditions)
        .group_by(*keys)
        .order_by(*keys)
    )
    return insert(GroupShare).from_select(["held", "dimension", "key", "units"], counted)


def _moved() -> Statement:
    """Add `:sign` times the shares of `:ids` to those of their groups, of all costs that are summed."""
    summed = select(SummedShares.held)
    given = _shares(Share.held.in_(summed), Share.customer_id == any_(IDS), sign=_SIGN)
    units = GroupShare.units + given.excluded.units
    return Statement(given.on_conflict_do_update(index_elements=_key(GroupShare), set_={"units": units}))


MONTHS, SHARES = _months(), _moved()
SUM_SHARES = Statement(
    _shares(Share.held == bindparam("held", type_=Uuid), sign=literal_column("1", Integer))
)
CLEAR = Statement(delete(GroupMonths).where(GroupMonths.rows == _ZERO))
CLEAR_SHARES = Statement(delete(GroupShare).where(GroupShare.units == _ZERO))
