"""Adding sold lines up to cells of the cube."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    SmallInteger,
    cast,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)

from services.scoring.cube.grains import BY_QUARTER, DIMENSIONS, GRAINS, OWNED, OWNING

MEASURES = ("quantity", "amount", "cost", "costed")
SUMS = ("lines", "orders", "unpriced", *MEASURES)
ZERO, ONE, THREE = (literal_column(text, Integer) for text in "013")


def added_up(lines: Any) -> Select[Any]:  # noqa: ANN401 - a table with the columns of SoldLine and a `sign`
    """Add up signed lines by month and each grain: rows of Cell, leaving out those that change nothing.

    Some grains also by quarter, which is told as minus its first month.
    """
    of = lines.c
    keys, owning = [of[name] for name in DIMENSIONS], of[OWNING]
    owned = (ONE - func.grouping(owning)) * literal_column(str(OWNED), Integer)

    def different(*conditions: ColumnElement[bool]) -> ColumnElement[Any]:
        orders = func.count(of.order_id.distinct())
        return orders.filter(of.sign > ZERO, *conditions) - orders.filter(of.sign < ZERO, *conditions)

    sums = {
        "lines": func.sum(of.sign),
        "orders": different(),
        "unpriced": different(of.unpriced > ZERO),
        **{name: func.sum(of[name] * of.sign) for name in MEASURES},
    }
    quarter = of.month % THREE - of.month
    sets = (
        tuple_(of.currency, months, *(of[name] for name in grain))
        for months, grains in ((of.month, GRAINS), (quarter, BY_QUARTER))
        for grain in grains
    )
    return (
        select(
            cast(func.grouping(*keys) + owned, SmallInteger).label("grain"),
            of.currency,
            func.coalesce(of.month, quarter).label("month"),
            *(*keys, owning),
            *(value.label(name) for name, value in sums.items()),
        )
        .group_by(func.grouping_sets(*sets))
        .having(or_(*(value != ZERO for value in sums.values())))
    )
