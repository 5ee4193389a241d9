"""The statements that add up cells of the cube, or sold lines: sums, members of a dimension, changes."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Float,
    Integer,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
)

from services.scoring.cube.grains import OWNED
from services.scoring.cube.models import Cell, SoldLine
from services.scoring.products.queries import heirs
from services.scoring.structure.dimensions import Axes, SalesDimension
from services.scoring.structure.figures import SalesMeasure
from shared.statements import Visible, visible

MOST = 10_000  # members of a dimension whose values are all told
_MEASURES = ("orders", "unpriced", "quantity", "amount", "cost", "costed")
_ZERO, _ONE = literal_column("0", Integer), literal_column("1", Integer)


class Asked(NamedTuple):
    """What is added up: the cells of a grain, or without one the lines; and which dimensions narrow it.

    Values of `its` come as `its_<dimension>`, those of `among` as `some_<dimension>` and `none_<dimension>`.
    Spans of months come as `months_0`, `months_1` ..., as cells tell them, all of them as `months`; for lines
    as `first_0` and `last_0`, `first_1` ..., the ends of all as `first` and `last`.
    """

    grain: int | None
    its: frozenset[SalesDimension]
    unknown: frozenset[SalesDimension]
    among: frozenset[SalesDimension]

    @property
    def of(self) -> Any:  # noqa: ANN401 - Cell or SoldLine
        """The model that is read."""
        return SoldLine if self.grain is None else Cell

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the conditions for all of it; the grain is a constant, since an index is of some grains."""
        found = narrowed(self.of, self.its, self.unknown, self.among)
        if self.grain is None:
            return [*found, *DAYS]
        owned = () if self.grain & OWNED else (Cell.owning_department.is_(None),)
        return [Cell.grain == literal_column(str(self.grain), Integer), *owned, *found]


@cache
def sums(asked: Asked, axes: Axes) -> Visible:
    """Return the statement that gives the figures of each combination of values of these dimensions."""
    of = asked.of
    keys = [getattr(of, each.column) for each in axes]
    values = (_figures(of)[name].label(name) for name in _MEASURES)
    return visible(_grouped(select(*keys, *values), keys).where(*asked.conditions()), of=of)


@cache
def members(asked: Asked, axis: SalesDimension, measure: SalesMeasure, spans: int) -> Visible:
    """Return the statement that gives the `:top` members by the first span, and in the first row all values.

    Its rows are `key`, `there` (in the first span), `members` (how many in all), `values_0`, ...
    """
    of, inside = asked.of, [_within(asked.of, at) for at in range(spans)]
    key, values = getattr(of, axis.column), [_value(of, measure, within) for within in inside]
    there = func.count().filter(inside[0]) > _ZERO
    order = (there.desc(), values[0].desc(), key)
    count = func.count().over()
    first = and_(func.row_number().over(order_by=order) == _ONE, count <= literal_column(str(MOST), Integer))
    columns = {
        f"values_{at}": case((first, func.array_agg(cast(value, Float)).over()))
        for at, value in enumerate(values)
    }
    found = select(key.label("key"), there.label("there"), count.label("members"))
    found = found.add_columns(*(value.label(name) for name, value in columns.items()))
    found = found.where(*asked.conditions(), or_(*inside)).group_by(key).order_by(*order)
    return visible(found.limit(bindparam("top", type_=Integer)), of=of)


@cache
def changes(asked: Asked, *, replaced: bool) -> Visible:
    """Return the statement whose one row has `before` (whether anything was), and the sums of a Split.

    Span 0 is now, span 1 before. `replaced`: a product and those that took its place are one.
    """
    of, inside = asked.of, [_within(asked.of, at) for at in range(2)]
    found = select(*(value.label(name) for name, value in _parts(of, inside).items())).select_from(of)
    product = of.product_id
    if replaced:
        took = heirs()
        found = found.outerjoin(took, took.c.id == of.product_id)
        product = func.coalesce(took.c.heir_id, of.product_id)
    found = found.where(*asked.conditions(), or_(*inside)).group_by(product).limit(_ONE)
    return visible(found, of=of)


def _parts(of: Any, inside: Sequence[ColumnElement[bool]]) -> dict[str, ColumnElement[Any]]:  # noqa: ANN401 - Cell or SoldLine
    """Return what is added up over all products, of what is added up of each."""
    q1, q0 = (_value(of, SalesMeasure.QUANTITY, within) for within in inside)
    a1, a0 = (_value(of, SalesMeasure.AMOUNT, within) for within in inside)
    new, old = q1 > _ZERO, q0 > _ZERO

    def over(value: ColumnElement[Any], *conditions: ColumnElement[bool]) -> ColumnElement[Any]:
        return func.sum(case((and_(*conditions), value), else_=_ZERO)).over()

    return {
        "before": func.sum(func.count().filter(inside[1])).over() > _ZERO,
        "quantity": over(q1, new, old),
        "quantity_before": over(q0, new, old),
        "amount": over(a1, new, old),
        "amount_before": over(a0, new, old),
        "at_old_prices": over(a0 * q1 / func.nullif(q0, _ZERO), new, old),
        "new": over(a1, new, ~old),
        "lost": over(a0, old, ~new),
        "change": func.sum(a1 - a0).over(),
    }


def narrowed(
    of: Any,  # noqa: ANN401 - Cell or SoldLine
    its: frozenset[SalesDimension],
    unknown: frozenset[SalesDimension],
    among: frozenset[SalesDimension] = frozenset(),
) -> list[ColumnElement[bool]]:
    """Return the conditions for a span of months, a currency and a narrowing, by parameters."""
    found = [_months(of, ""), of.currency == bindparam("currency", type_=Text)]
    for each in sorted(its):
        column = getattr(of, each.column)
        found.append(column == bindparam(f"its_{each}", type_=column.type))
    found.extend(getattr(of, each.column).is_(None) for each in sorted(unknown))
    for each in sorted(among):
        column = getattr(of, each.column)
        some = column == any_(bindparam(f"some_{each}", type_=ARRAY(column.type)))
        found.append(or_(some, and_(bindparam(f"none_{each}", type_=Boolean), column.is_(None))))
    return found


def _begins(month: ColumnElement[Any]) -> ColumnElement[Any]:
    year = month // literal_column("12", Integer)
    return func.make_date(year, month % literal_column("12", Integer) + _ONE, _ONE)


_first, _last = (bindparam(name, type_=Integer) for name in ("first", "last"))
# The days of the months: what lines are indexed by.
DAYS = (SoldLine.day >= _begins(_first), SoldLine.day < _begins(_last + _ONE))


def _within(of: Any, at: int) -> ColumnElement[bool]:  # noqa: ANN401 - as above
    return _months(of, f"_{at}")


def _months(of: Any, which: str) -> ColumnElement[bool]:  # noqa: ANN401 - as above
    if of is Cell:
        return Cell.month == any_(bindparam(f"months{which}", type_=ARRAY(Integer)))
    ends = (bindparam(f"{name}{which}", type_=Integer) for name in ("first", "last"))
    within: ColumnElement[bool] = of.month.between(*ends)
    return within


def _value(of: Any, measure: SalesMeasure, within: ColumnElement[bool]) -> ColumnElement[Any]:  # noqa: ANN401 - as above
    """Return the value of a measure in a span, 0 where there is none."""
    if measure is SalesMeasure.ORDERS and of is SoldLine:
        return func.count(SoldLine.order_id.distinct()).filter(within)
    column = of.costed - of.cost if measure is SalesMeasure.PROFIT else getattr(of, measure)
    return func.coalesce(func.sum(column).filter(within), _ZERO)


def _figures(of: Any) -> Mapping[str, ColumnElement[Any]]:  # noqa: ANN401 - as above
    found = {name: func.coalesce(func.sum(getattr(of, name)), _ZERO) for name in _MEASURES[2:]}
    if of is Cell:
        return found | {name: func.coalesce(func.sum(getattr(of, name)), _ZERO) for name in _MEASURES[:2]}
    orders = func.count(SoldLine.order_id.distinct())
    return found | {"orders": orders, "unpriced": orders.filter(SoldLine.unpriced > _ZERO)}


def _grouped(found: Select[Any], keys: list[Any]) -> Select[Any]:
    return found.group_by(*keys) if keys else found
