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

from services.scoring.cube.grains import DIMENSIONS, GRAINS, OWNED, OWNING

MEASURES = ("quantity", "amount", "cost", "costed")
SUMS = ("lines", "orders", "unpriced", *MEASURES)
ZERO, ONE = literal_column("0", Integer), literal_column("1", Integer)


def added_up(lines: Any) -> Select[Any]:  # noqa: ANN401 - a table with the columns of SoldLine and a `sign`
    """Add up signed lines by month and each grain: rows of Cell, leaving out those that change nothing."""
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
    sets = (tuple_(of.currency, of.month, *(of[name] for name in grain)) for grain in GRAINS)
    return (
        select(
            cast(func.grouping(*keys) + owned, SmallInteger).label("grain"),
            *(of.currency, of.month, *keys, owning),
            *(value.label(name) for name, value in sums.items()),
        )
        .group_by(func.grouping_sets(*sets))
        .having(or_(*(value != ZERO for value in sums.values())))
    )
