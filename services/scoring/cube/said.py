"""Reading the lines that a fact holds as JSON, as rows."""

from typing import Any

from sqlalchemy import ColumnElement, Integer, Numeric, Uuid, case, column, func, literal_column, null, select

_LINE = (
    column("line", Integer),
    column("order_line", Integer),
    column("product_id", Uuid),
    column("quantity", Numeric),
    column("amount", Numeric),
    column("cost", Numeric),
)


def said(lines: Any, name: str) -> Any:  # noqa: ANN401 - Fact.lines, and a table of _LINE
    """Return the lines of the row that this is joined to."""
    records = func.jsonb_to_recordset(lines).table_valued(*_LINE, name=name)
    return records.render_derived(name=name, with_types=True).lateral()


def product_of(lines: Any, number: ColumnElement[Any]) -> ColumnElement[Any]:  # noqa: ANN401 - as above
    """Return the product of the line with this number, null if there is none or the number is null."""
    ordered = said(lines, "ordered")
    named = select(ordered.c.product_id).where(ordered.c.line == number).limit(literal_column("1"))
    return case((number.is_not(None), named.scalar_subquery()), else_=null())
