"""Listing the orders, returns and credit notes behind a cell."""

from functools import cache
from typing import Any

from asyncpg import Record
from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Text,
    Uuid,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    select,
    tuple_,
)

from services.scoring.cube.models import SoldLine
from services.scoring.facts.models import Kind
from services.scoring.structure.dimensions import Narrowing, SalesDimension
from services.scoring.structure.months import Span
from services.scoring.structure.statements import DAYS, narrowed
from shared.auth import Principal
from shared.statements import Runner, Visible, json_object, visible

_PATHS = {Kind.ORDER: "orders", Kind.RETURN: "returns", Kind.CREDIT_NOTE: "credit-notes"}
_PLACES, _CENTS = literal_column("6", Integer), literal_column("2", Integer)


async def documents_of(
    on: Runner,
    principal: Principal,
    *,
    currency: str,
    span: Span,
    narrowing: Narrowing,
    **page: Any,  # noqa: ANN401 - the keys of a page
) -> list[Record]:
    """Return a page of what was sold, with its keys; their sums over all pages are those of the cell."""
    values = {f"its_{name}": value for name, value in narrowing.values.items()}
    statement = _documents(frozenset(narrowing.values), narrowing.unknown)
    given = {"first": span.first, "last": span.last, "currency": currency, **values, **page}
    return await statement.all(on, principal, **given)


@cache
def _documents(values: frozenset[SalesDimension], unknown: frozenset[SalesDimension]) -> Visible:
    kind, customer = func.min(SoldLine.kind), cast(func.min(cast(SoldLine.current_id, Text)), Uuid)
    money = {
        name: json_object(amount=_exact(getattr(SoldLine, name)), currency=_CURRENCY)
        for name in ("amount", "cost", "costed")
    }
    shown = json_object(
        kind=kind,
        id=SoldLine.subject,
        path=_path(kind, SoldLine.subject),
        customer_id=customer,
        day=SoldLine.day,
        quantity=cast(func.trim_scale(func.sum(SoldLine.quantity)), Text),
        **money,
    )
    behind = tuple_(SoldLine.day, SoldLine.subject) > tuple_(
        bindparam("last_day", type_=Date), bindparam("last_subject", type_=Uuid)
    )
    return visible(
        select(SoldLine.day, SoldLine.subject, shown.label("data"))
        .where(*narrowed(SoldLine, values, unknown), *DAYS)
        .group_by(SoldLine.day, SoldLine.subject)
        .order_by(SoldLine.day, SoldLine.subject)
        .limit(bindparam("limit", type_=Integer)),
        of=SoldLine,
        filters={"last_day": behind},
    )


_CURRENCY: ColumnElement[str] = bindparam("currency", type_=Text)


def _exact(amount: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a column
    """Write a sum with two decimals, or with as many more (up to six) as it needs."""
    total = func.round(func.sum(amount), _PLACES)
    return cast(func.round(total, func.greatest(func.min_scale(total), _CENTS)), Text)


def _path(kind: ColumnElement[Any], id_: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a column
    of = case(
        *(
            (kind == literal_column(f"'{one}'", Text), literal_column(f"'{word}'", Text))
            for one, word in _PATHS.items()
        )
    )
    return func.concat(literal_column("'/v1/'", Text), of, literal_column("'/'", Text), cast(id_, Text))
