"""Adding up what was sold by any dimensions: from the cube, or from the lines that it is made of."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
)

from services.scoring.cube.grains import grain_for
from services.scoring.cube.models import Cell, SoldLine
from services.scoring.structure.dimensions import Axes, Members, Narrowing, SalesDimension
from services.scoring.structure.figures import Figures, SalesMeasure
from services.scoring.structure.months import Span
from shared.auth import Principal, Visibility
from shared.statements import Runner, Statement, Visible, visible

MOST = 10_000  # members of a dimension that are told apart
Sums = dict[tuple[Any, ...], Figures]
Among = Mapping[SalesDimension, Members]
_MEASURES = ("orders", "unpriced", "quantity", "amount", "cost", "costed")
_ZERO, _MOST = literal_column("0", Integer), literal_column(str(MOST + 1), Integer)


class Sales:
    """What was sold, as far as a principal sees it, in one currency and narrowed to some of it."""

    def __init__(self, on: Runner, principal: Principal, currency: str, narrowing: Narrowing) -> None:
        self._on, self._principal = on, principal
        self._currency, self._narrowing = currency, narrowing

    async def by(
        self,
        axes: Axes,
        span: Span,
        *,
        ranked: SalesMeasure = SalesMeasure.AMOUNT,
        among: Among | None = None,
    ) -> Sums:
        """Add up by the values of these dimensions: of one at most MOST + 1, by the measure `ranked`.

        `among` narrows dimensions to some of their values. Whoever sees everybody's customers is answered
        from the cube if that tells the dimensions; the others, and the rest, from the lines.
        """
        among, of = among or {}, self._narrowing
        grain = grain_for(
            each.column for each in {*axes, *of.used, *among} if each is not SalesDimension.MONTH
        )
        given = self._given(span, among)
        conditions = (frozenset(of.values), of.unknown, frozenset(among))
        if grain is None or self._principal.visibility is not Visibility.ALL:
            lines = _from_lines(axes, ranked, *conditions)
            rows = await lines.all(self._on, self._principal, **given)
        else:
            cube = _from_cube(axes, ranked, *conditions)
            rows = await cube.all(self._on, grain=grain, **given)
        width = len(axes)
        return {tuple(row)[:width]: Figures(*tuple(row)[width:]) for row in rows}

    def _given(self, span: Span, among: Among) -> dict[str, Any]:
        values = {f"its_{name}": value for name, value in self._narrowing.values.items()}
        chosen = {f"some_{name}": [one for one in some if one is not None] for name, some in among.items()}
        unknown = {f"none_{name}": None in some for name, some in among.items()}
        return {
            "first": span.first,
            "last": span.last,
            "currency": self._currency,
            **values,
            **chosen,
            **unknown,
        }


def narrowed(
    of: Any,  # noqa: ANN401 - Cell or SoldLine
    values: frozenset[SalesDimension],
    unknown: frozenset[SalesDimension],
    among: frozenset[SalesDimension] = frozenset(),
) -> list[ColumnElement[bool]]:
    """Return the conditions for a span of months, a currency and a narrowing, by parameters."""
    month = (of.month >= bindparam("first", type_=Integer), of.month <= bindparam("last", type_=Integer))
    found = [*month, of.currency == bindparam("currency", type_=Text)]
    for each in sorted(values):
        column = getattr(of, each.column)
        found.append(column == bindparam(f"its_{each}", type_=column.type))
    found.extend(getattr(of, each.column).is_(None) for each in sorted(unknown))
    for each in sorted(among):
        column = getattr(of, each.column)
        some = column == any_(bindparam(f"some_{each}", type_=ARRAY(column.type)))
        found.append(or_(some, and_(bindparam(f"none_{each}", type_=Boolean), column.is_(None))))
    return found


@cache
def _from_cube(
    axes: Axes,
    ranked: SalesMeasure,
    values: frozenset[SalesDimension],
    unknown: frozenset[SalesDimension],
    among: frozenset[SalesDimension],
) -> Statement:
    sums = {name: func.coalesce(func.sum(getattr(Cell, name)), _ZERO) for name in _MEASURES}
    asked = {*axes, *values, *unknown, *among}
    conditions = [Cell.grain == bindparam("grain", type_=Integer), *narrowed(Cell, values, unknown, among)]
    if SalesDimension.PRODUCT not in asked:
        conditions.append(Cell.product_id.is_(None))  # so that the index leads to the months
    return Statement(_grouped(Cell, axes, sums, ranked).where(*conditions))


@cache
def _from_lines(
    axes: Axes,
    ranked: SalesMeasure,
    values: frozenset[SalesDimension],
    unknown: frozenset[SalesDimension],
    among: frozenset[SalesDimension],
) -> Visible:
    orders = func.count(SoldLine.order_id.distinct())
    sums = {
        "orders": orders,
        "unpriced": orders.filter(SoldLine.unpriced > _ZERO),
        **{name: func.coalesce(func.sum(getattr(SoldLine, name)), _ZERO) for name in _MEASURES[2:]},
    }
    conditions = narrowed(SoldLine, values, unknown, among)
    return visible(_grouped(SoldLine, axes, sums, ranked).where(*conditions), of=SoldLine)


def _grouped(of: Any, axes: Axes, sums: Mapping[str, Any], ranked: SalesMeasure) -> Select[Any]:  # noqa: ANN401 - as above
    keys = [getattr(of, each.column) for each in axes]
    found = select(*keys, *(value.label(name) for name, value in sums.items()))
    if not keys:
        return found
    by = sums["costed"] - sums["cost"] if ranked is SalesMeasure.PROFIT else sums[ranked]
    grouped = found.group_by(*keys)
    return grouped.order_by(by.desc(), *keys).limit(_MOST) if len(keys) == 1 else grouped
