"""Telling what each line of the facts sold: whose it is, when, of what, and for how much in one currency."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    SmallInteger,
    Text,
    and_,
    case,
    cast,
    extract,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from services.scoring.cube.models import SoldLine
from services.scoring.cube.said import product_of, said
from services.scoring.facts.models import Fact, Kind
from services.scoring.identities.models import Identity
from services.scoring.products.models import Product
from services.scoring.states.queries import CURRENCY, counting, rate

COLUMNS = [column.key for column in SoldLine.__table__.columns if column.key != "id"]
_ZERO, _ONE, _TWELVE = (literal_column(text, Integer) for text in ("0", "1", "12"))
_order, _original, _whole = aliased(Fact), aliased(Identity), aliased(Identity)
_IS_ORDER = Fact.kind == literal_column(f"'{Kind.ORDER}'", Text)


def sold(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Select the sold lines of facts, in the currency `:currency`; `conditions` are over Fact.

    What counts, and at which rate, is as in states (decision 0007). A return or credit note without lines is
    one line of an unknown product and no quantity. Its product is else that of its line, or of the line of
    the order that it names. It lowers the profit by its amount, less the cost that it names itself (goods
    that can be sold again), if any cost of its order is known. Facts of strangers and of deleted customers
    wait.
    """
    line = said(Fact.lines, "line")
    found = {name: value.label(name) for name, value in _figures(line).items()}
    known_lines = (
        select(*found.values())
        .join_from(Fact, _original, _original.original_id == Fact.customer_id)
        .join(_whole, _whole.original_id == _original.current_id)
        .outerjoin(_order, and_(~_IS_ORDER, *_its_order()))
        .outerjoin(line, true())
        .where(*conditions, *counting(), ~_original.deleted, ~_whole.deleted, ~_whole.provisional)
        .subquery("sold")
    )
    category = Product.category.label("category")
    chosen = [category if name == "category" else known_lines.c[name] for name in COLUMNS]
    return select(*chosen).outerjoin(Product, Product.id == known_lines.c.product_id)


def month_of(day: Any) -> ColumnElement[int]:  # noqa: ANN401 - a column
    """Return the number of a day's month: 12 x year + month - 1."""
    return cast(extract("year", day) * _TWELVE + extract("month", day) - _ONE, Integer)


def _figures(line: Any) -> dict[str, Any]:  # noqa: ANN401 - what `said` gives
    """Return the columns of SoldLine but its category."""
    sign = case((_IS_ORDER, _ONE), else_=-_ONE)
    amount, worth = func.coalesce(line.c.amount, Fact.amount), rate()
    known = func.coalesce(worth, _ZERO) * sign
    day = func.coalesce(_order.day, Fact.day)
    product = func.coalesce(line.c.product_id, product_of(_order.lines, line.c.order_line))
    costed = or_(line.c.cost.is_not(None), and_(~_IS_ORDER, _order.costed > _ZERO))
    quantity = case((line.c.amount.is_(None), _ZERO), else_=func.coalesce(line.c.quantity, _ONE))
    return {
        "customer_id": Fact.customer_id,
        "current_id": _whole.original_id,
        "kind": Fact.kind,
        "subject": Fact.subject,
        "order_id": case((_IS_ORDER, Fact.subject)),
        "day": day,
        "month": month_of(day),
        "currency": CURRENCY,
        "product_id": product,
        **{
            name: case((_IS_ORDER, getattr(Fact, name)), else_=getattr(_order, name))
            for name in ("region", "salesperson", "department")
        },
        "customer_class": _whole.customer_class,
        "owner": _whole.owner,
        "owning_department": _whole.department,
        "quantity": quantity * sign,
        "amount": amount * known,
        "cost": func.coalesce(line.c.cost, _ZERO) * known,
        "costed": case((costed, amount * known), else_=_ZERO),
        "unpriced": cast(case((worth.is_(None), _ONE), else_=_ZERO), SmallInteger),
    }


def _its_order() -> tuple[ColumnElement[bool], ...]:
    return (
        _order.customer_id == Fact.customer_id,
        _order.kind == literal_column(f"'{Kind.ORDER}'", Text),
        _order.subject == Fact.order_id,
    )
